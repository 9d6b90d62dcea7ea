import { LocalDurableTestRunner, WaitingOperationStatus } from '@aws/durable-execution-sdk-js-testing';
import { afterAll } from 'vitest';
import { durableHandler } from '../../shared/workflow/durable.ts';
import { MemoryWorkflows } from '../../shared/workflow/memory.ts';
import { ManualClock } from '../workflow/manual-clock.ts';
import { type Ended, PAYLOAD, workflowContract } from './workflow.contract.ts';

const clock = new ManualClock();

workflowContract({
  name: 'memory',
  concurrent: false,
  setUp: async () => {},
  now: () => clock.now(),
  async run(run, wakes = []): Promise<Ended> {
    const engine = new MemoryWorkflows({ clock, functions: { remediate: () => ({ run }) } });
    const current = () => engine.executions()[0];
    const callback = (name: string) =>
      current()?.journal.find((entry) => entry.kind === 'callback' && entry.name === name);
    const hasOutcome = (name: string) =>
      current()?.journal.some(
        (entry) => entry.kind === 'step' && entry.name === name && entry.outcome !== undefined,
      ) === true;
    await engine.start('remediate', 'execution-1', PAYLOAD);
    for (const name of wakes) {
      await clock.run(() => hasOutcome(`${name}.register`));
      const entry = callback(name);
      if (entry?.kind === 'callback') await engine.wake(entry.callbackId, 'test');
    }
    await clock.run(() => current()?.status !== 'running');
    const { status, result, error } = current() ?? {};
    if (status === 'succeeded') {
      return { status, result: result === undefined ? undefined : JSON.parse(result) };
    }
    return { status: 'failed', error: error ?? '' };
  },
});

// Real time on purpose: with skipped time the SDK's runner resumes in the same invocation and replays nothing.
workflowContract({
  name: 'Lambda durable functions, local runner',
  concurrent: true,
  setUp: () => LocalDurableTestRunner.setupTestEnvironment({ skipTime: false }),
  now: () => Date.now(),
  async run(run, wakes = []): Promise<Ended> {
    const runner = new LocalDurableTestRunner({ handlerFunction: durableHandler(run) });
    const running = runner.run({ payload: PAYLOAD });
    for (const name of wakes) {
      await runner.getOperation(`${name}.register`).waitForData(WaitingOperationStatus.COMPLETED);
      await runner.getOperation(name).sendCallbackSuccess('"test"');
    }
    const ended = await running;
    return ended.getStatus() === 'SUCCEEDED'
      ? { status: 'succeeded', result: ended.getResult() }
      : { status: 'failed', error: ended.getError().errorMessage ?? '' };
  },
});

afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());
