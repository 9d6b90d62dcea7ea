import {
  CallbackExternalError,
  CallbackTimeoutError,
  type DurableContext,
  type DurableLambdaHandler,
  type DurablePromise,
  type RetryDecision,
  StepError,
} from '@aws/durable-execution-sdk-js';
import middy from '@middy/core';
import { executionModeDurableContext } from '@middy/core/DurableContext';
import { type RecordedFailure, recordFailure, reviveFailure } from './failure.ts';
import type { Json, RetryPolicy, Workflow, WorkflowFunction } from './port.ts';
import { REGISTER_RETRY, retryDelaySeconds, wholeSeconds } from './timing.ts';

/** The Workflow port over Lambda durable functions. */
export function durableWorkflow(context: DurableContext): Workflow {
  const step: Workflow['step'] = (name, retry, work) => runStep(context, name, retry, work);
  return {
    step,
    async wait(name, timeoutMs, register) {
      const timeout = { seconds: wholeSeconds(timeoutMs) };
      const [woken, callbackId] = await context.createCallback(name, { timeout });
      // A durable promise does nothing until it is awaited: leaving one behind neither rejects nor holds.
      const registered = await step(`${name}.register`, REGISTER_RETRY, () => register(callbackId));
      return registered ? await wakeOrTimeout(woken) : 'skipped';
    },
  };
}

/** A Lambda handler for a durable function. Every invocation runs `run` from its top. */
export function durableHandler<P, R extends Json>(run: WorkflowFunction<P, R>): DurableLambdaHandler {
  // Middy's early timeout would throw outside a step and so fail the whole execution; without it Lambda
  // times out and invokes again.
  const handler = middy<P, R, Error, DurableContext>({
    executionMode: executionModeDurableContext,
    timeoutEarlyInMillis: 0,
  }).handler(async (payload: P, context: DurableContext) => run(durableWorkflow(context), payload));
  // In durable mode middy returns what withDurableExecution returned; its types describe the inner handler.
  return handler as unknown as DurableLambdaHandler;
}

async function runStep<T extends Json>(
  context: DurableContext,
  name: string,
  retry: RetryPolicy,
  work: () => Promise<T>,
): Promise<T> {
  const retryStrategy = (_error: Error, attempt: number): RetryDecision => {
    const seconds = retryDelaySeconds(retry, attempt);
    return seconds === undefined ? { shouldRetry: false } : { shouldRetry: true, delay: { seconds } };
  };
  try {
    return await context.step(name, () => recordingFailure(work), { retryStrategy });
  } catch (error) {
    throw error instanceof StepError ? revive(error) : error;
  }
}

/** The SDK checkpoints name and message of an error; what else it carries survives only as `errorData`. */
async function recordingFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = recordFailure(error);
    throw new StepError(failure.message, undefined, JSON.stringify(failure));
  }
}

function revive(error: StepError): Error {
  return error.errorData === undefined
    ? error
    : reviveFailure(JSON.parse(error.errorData) as RecordedFailure);
}

async function wakeOrTimeout(woken: DurablePromise<string>): Promise<'woken' | 'timeout'> {
  try {
    await woken;
    return 'woken';
  } catch (error) {
    if (error instanceof CallbackTimeoutError) return 'timeout';
    // Somebody completed it as failed: the ledger says what it means, for us it is a wake.
    if (error instanceof CallbackExternalError) return 'woken';
    throw error;
  }
}
