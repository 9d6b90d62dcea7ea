import {
  InvokeCommand,
  type LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { PortError } from '../errors.ts';
import type { Durable, ExecutionStatus } from '../ports/durable.ts';
import { awsCall } from './classify.ts';
import { allPages } from './paging.ts';

const INVOKE = 'lambda:InvokeFunction';
/** The payload differs from the first call's, or Lambda could not tell: either way it runs or has run. */
const ALREADY_STARTED = 'DurableExecutionAlreadyStartedException';
/** What Lambda says of a callback that timed out, was answered, or whose execution ended. */
const GONE: ReadonlySet<string> = new Set(['CallbackTimeoutException', 'ResourceNotFoundException']);

const STATUSES: ReadonlyMap<string, ExecutionStatus> = new Map([
  ['RUNNING', 'running'],
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['TIMED_OUT', 'timed-out'],
  ['STOPPED', 'stopped'],
]);

export function lambdaDurable(client: () => LambdaClient): Durable {
  return {
    start: async (functionName, executionName, payload) => {
      const { name, qualifier } = splitQualifier(functionName);
      const command = new InvokeCommand({
        FunctionName: name,
        Qualifier: qualifier,
        InvocationType: 'Event',
        DurableExecutionName: executionName,
        Payload: Buffer.from(JSON.stringify(payload), 'utf8'),
      });
      await awsCall(INVOKE, () => client().send(command)).catch(ignoreCode(ALREADY_STARTED));
    },
    wake: async (callbackId, reason) => {
      const command = new SendDurableExecutionCallbackSuccessCommand({
        CallbackId: callbackId,
        Result: Buffer.from(JSON.stringify(reason), 'utf8'),
      });
      try {
        await awsCall('lambda:SendDurableExecutionCallbackSuccess', () => client().send(command));
        return 'woken';
      } catch (error) {
        if (error instanceof PortError && error.code !== undefined && GONE.has(error.code)) return 'gone';
        throw error;
      }
    },
    status: (functionName, executionName) => newestStatus(client(), functionName, executionName),
  };
}

function ignoreCode(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof PortError) || error.code !== code) throw error;
  };
}

/**
 * Asks without the qualifier: an execution belongs to the version that started it, which the alias may have
 * left since. Lambda forgets closed executions after their retention: those are `not-found` as well.
 */
async function newestStatus(
  client: LambdaClient,
  functionName: string,
  executionName: string,
): Promise<ExecutionStatus> {
  const operation = 'lambda:ListDurableExecutionsByFunction';
  const executions = await allPages(async (cursor: string | undefined) => {
    const command = new ListDurableExecutionsByFunctionCommand({
      FunctionName: splitQualifier(functionName).name,
      DurableExecutionName: executionName,
      Marker: cursor,
    });
    const answer = await awsCall(operation, () => client.send(command));
    return { items: answer.DurableExecutions ?? [], next: answer.NextMarker };
  });
  const newest = executions
    .filter(({ DurableExecutionName }) => DurableExecutionName === executionName)
    .toSorted((left, right) => startOf(right) - startOf(left))[0];
  if (newest === undefined) return 'not-found';
  const status = STATUSES.get(newest.Status ?? '');
  if (status !== undefined) return status;
  throw new PortError('unsupported', `unknown execution status ${newest.Status}`, { operation });
}

function startOf(execution: { StartTimestamp: Date | undefined }): number {
  return execution.StartTimestamp?.getTime() ?? 0;
}

/** A full or partial ARN or a name, each with or without `:alias`. Lambda wants the alias on its own. */
export function splitQualifier(functionName: string): { name: string; qualifier: string | undefined } {
  const match = /^((?:.*:)?function:[^:]+|[^:]+):([^:]+)$/.exec(functionName);
  if (match === null) return { name: functionName, qualifier: undefined };
  return { name: match[1] ?? functionName, qualifier: match[2] };
}
