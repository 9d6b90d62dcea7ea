import { beforeEach, describe, expect, test } from 'vitest';
import type { ExecutionPayload } from '../../shared/ports/durable.ts';
import type { Json, Workflow, WorkflowFunction } from '../../shared/workflow/port.ts';
import { ManualClock } from './manual-clock.ts';
import { engineFor, ONCE, only, PAYLOAD, runToEnd } from './memory-support.ts';

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock();
});

describe('rules of replay', () => {
  test.each<[string, (workflow: Workflow, isReplay: boolean) => Promise<Json>, string]>([
    [
      'another name',
      (workflow, isReplay) => workflow.step(isReplay ? 'b' : 'a', ONCE, async () => 1),
      'operation 1 was step "a" and is now step "b"',
    ],
    [
      'another kind',
      (workflow, isReplay) =>
        isReplay ? workflow.wait('a', 1_000, async () => true) : workflow.step('a', ONCE, async () => 1),
      'operation 1 was step "a" and is now callback "a"',
    ],
  ])('asking for %s than before fails the execution and says where', async (_what, operation, why) => {
    let calls = 0;
    const engine = engineFor(clock, async (workflow) => {
      calls += 1;
      await operation(workflow, calls > 1);
      return workflow.wait('pause', 1_000, async () => true);
    });
    const end = await runToEnd(clock, engine);
    expect(end).toMatchObject({ status: 'failed', error: `not deterministic: ${why}` });
  });

  test('leaving out what an earlier run did fails the execution', async () => {
    let calls = 0;
    const engine = engineFor(clock, async (workflow) => {
      calls += 1;
      return calls > 1 ? 'short' : workflow.wait('pause', 1_000, async () => true);
    });
    expect(await runToEnd(clock, engine)).toMatchObject({
      status: 'failed',
      error: 'not deterministic: the code ended before callback "pause", which an earlier run did',
    });
  });

  test('a step inside a step fails the execution', async () => {
    const engine = engineFor(clock, async (workflow) =>
      workflow.step('outer', ONCE, () => workflow.step('inner', ONCE, async () => 1)),
    );
    expect((await runToEnd(clock, engine)).error).toContain('"inner" began inside or beside step "outer"');
  });

  test('a result that is not JSON fails its step', async () => {
    const engine = engineFor(clock, async (workflow) =>
      workflow.step('big', ONCE, async () => 1n as unknown as Json),
    );
    expect(await runToEnd(clock, engine)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/BigInt/),
    });
  });
});

describe('stopping', () => {
  test('a stopped execution does nothing more, whether it slept or worked', async () => {
    const ran: string[] = [];
    const run: WorkflowFunction<ExecutionPayload, Json> = async (workflow) => {
      await workflow.step('slow', ONCE, async () => {
        await clock.sleep(10_000);
        return ran.push('slow');
      });
      await workflow.wait('pause', 10_000, async () => true);
      return workflow.step('after', ONCE, async () => ran.push('after'));
    };
    for (const stopAfterMs of [5_000, 15_000]) {
      const engine = engineFor(clock, run);
      await engine.start('remediate', 'name', PAYLOAD);
      await clock.advance(stopAfterMs);
      engine.stop('name');
      await clock.advance(100_000);
      expect(only(engine)).toMatchObject({ status: 'stopped', error: 'stopped from outside' });
    }
    expect(ran).toEqual(['slow', 'slow']);
  });
});
