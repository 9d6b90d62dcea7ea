import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableContext, StepConfig } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner, WaitingOperationStatus } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { durableHandler, durableWorkflow } from '../../shared/workflow/durable.ts';
import type { Workflow } from '../../shared/workflow/port.ts';

const ONCE = { attempts: 1, backoffMs: 1_000 };

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: false }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

/** Records how the SDK would be called. */
function fakeContext() {
  const strategies: StepConfig<unknown>['retryStrategy'][] = [];
  const timeouts: unknown[] = [];
  const context = {
    step: async (_name: string, work: () => Promise<unknown>, config: StepConfig<unknown>) => {
      strategies.push(config.retryStrategy);
      return work();
    },
    createCallback: async (_name: string, config: { timeout: unknown }) => {
      timeouts.push(config.timeout);
      return [Promise.resolve('ok'), 'callback-1'];
    },
  };
  return { context: context as unknown as DurableContext, strategies, timeouts };
}

describe('what the SDK is asked for', () => {
  test('delays double, in whole seconds, and the last attempt has none', async () => {
    const { context, strategies } = fakeContext();
    await durableWorkflow(context).step('any', { attempts: 4, backoffMs: 1_500 }, async () => 1);
    const decisions = [1, 2, 3, 4, 5].map((attempt) => strategies[0]?.(new Error('any'), attempt));
    expect(decisions).toEqual([
      { shouldRetry: true, delay: { seconds: 2 } },
      { shouldRetry: true, delay: { seconds: 3 } },
      { shouldRetry: true, delay: { seconds: 6 } },
      { shouldRetry: false },
      { shouldRetry: false },
    ]);
  });

  test.each([
    [-5, 1],
    [0, 1],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [86_400_000, 86_400],
    [1e15, 31_622_400],
  ])('a wait of %d ms has a timeout of %d s', async (ms, seconds) => {
    const { context, timeouts } = fakeContext();
    await durableWorkflow(context).wait('any', ms, async () => true);
    expect(timeouts).toEqual([{ seconds }]);
  });

  test('registration is a named step with a bounded retry', async () => {
    const { context, strategies } = fakeContext();
    await durableWorkflow(context).wait('any', 1_000, async () => true);
    expect(strategies).toHaveLength(1);
    expect(strategies[0]?.(new Error('any'), 4)).toEqual({ shouldRetry: false });
  });
});

describe('under the local runner', () => {
  async function resultOf(
    work: (workflow: Workflow) => Promise<string>,
    drive: (runner: LocalDurableTestRunner) => Promise<unknown> = async () => {},
  ) {
    const runner = new LocalDurableTestRunner({ handlerFunction: durableHandler(work) });
    const running = runner.run({ payload: {} });
    await drive(runner);
    return (await running).getResult();
  }

  test('a callback completed as failed is a wake: the ledger says what it means', async () => {
    const result = await resultOf(
      (workflow) => workflow.wait('pause', 60_000, async () => true),
      async (runner) => {
        await runner.getOperation('pause.register').waitForData(WaitingOperationStatus.COMPLETED);
        await runner.getOperation('pause').sendCallbackFailure({ ErrorMessage: 'by hand', ErrorType: 'Any' });
      },
    );
    expect(result).toBe('woken');
  });

  test('a wake that comes before the wait is awaited counts', async () => {
    const woken = Promise.withResolvers<void>();
    const result = await resultOf(
      (workflow) =>
        workflow.wait('pause', 60_000, async () => {
          await woken.promise;
          return true;
        }),
      async (runner) => {
        const callback = await runner.getOperation('pause').waitForData(WaitingOperationStatus.STARTED);
        await callback.sendCallbackSuccess('"early"');
        woken.resolve();
      },
    );
    expect(result).toBe('woken');
  });

  test('a step may use all the time Lambda leaves it: middy does not cut it short', async () => {
    const handler = durableHandler(async (workflow: Workflow) =>
      workflow.step('slow', ONCE, async () => {
        await sleep(100);
        return 'done';
      }),
    );
    const runner = new LocalDurableTestRunner({
      handlerFunction: (event, context) => handler(event, { ...context, getRemainingTimeInMillis: () => 20 }),
    });
    expect((await runner.run({ payload: {} })).getResult()).toBe('done');
  });
});
