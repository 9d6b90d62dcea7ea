import { beforeEach, describe, expect, test } from 'vitest';
import { type FunctionInstance, MemoryWorkflows } from '../../shared/workflow/memory.ts';
import type { Workflow } from '../../shared/workflow/port.ts';
import { ManualClock } from './manual-clock.ts';
import { engineFor, ONCE, only, PAYLOAD, runToEnd } from './memory-support.ts';

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock();
});

describe('starting', () => {
  test('the same name and payload start one execution, also after it has ended', async () => {
    let runs = 0;
    const engine = engineFor(clock, async () => ++runs);
    await engine.start('remediate', 'name', PAYLOAD);
    await runToEnd(clock, engine);
    await engine.start('remediate', 'name', { ...PAYLOAD });
    await clock.advance(60_000);
    expect(runs).toBe(1);
    expect(engine.executions()).toHaveLength(1);
  });

  test('the same name with another payload is a conflict', async () => {
    const engine = engineFor(clock, async () => null);
    await engine.start('remediate', 'name', PAYLOAD);
    await expect(engine.start('remediate', 'name', { ...PAYLOAD, generation: 2 })).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  test('the same name for another function is a conflict: names are global', async () => {
    const instance = () => ({ run: async () => null });
    const engine = new MemoryWorkflows({ clock, functions: { remediate: instance, other: instance } });
    await engine.start('remediate', 'name', PAYLOAD);
    await expect(engine.start('other', 'name', PAYLOAD)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test.each(['', 'a b', 'x'.repeat(65), 'a/b', 'é'])('refuses the execution name %j', async (name) => {
    await expect(engineFor(clock, async () => null).start('remediate', name, PAYLOAD)).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  test('an unknown function is not found, and inherited names are not functions', async () => {
    const engine = engineFor(clock, async () => null);
    await expect(engine.start('toString', 'name', PAYLOAD)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('status tells running, succeeded and not-found, and knows the function', async () => {
    const engine = engineFor(clock, async (workflow) => workflow.wait('pause', 5_000, async () => true));
    expect(await engine.status('remediate', 'name')).toBe('not-found');
    await engine.start('remediate', 'name', PAYLOAD);
    expect(await engine.status('remediate', 'name')).toBe('running');
    expect(await engine.status('other', 'name')).toBe('not-found');
    await runToEnd(clock, engine);
    expect(await engine.status('remediate', 'name')).toBe('succeeded');
  });
});

describe('waking', () => {
  const waiting = (ids: string[]) => async (workflow: Workflow) =>
    workflow.wait('pause', 5_000, async (callbackId) => ids.push(callbackId) > 0);

  test('wakes once: a second wake, one after the end and an unknown id are gone', async () => {
    const ids: string[] = [];
    const engine = engineFor(clock, waiting(ids));
    await engine.start('remediate', 'name', PAYLOAD);
    await clock.run(() => ids.length === 1);
    const [id = ''] = ids;
    expect(await engine.wake(id, 'signal')).toBe('woken');
    expect(await engine.wake(id, 'signal')).toBe('gone');
    expect((await runToEnd(clock, engine)).result).toBe('"woken"');
    expect(await engine.wake(id, 'late')).toBe('gone');
    expect(await engine.wake('made up', 'guess')).toBe('gone');
  });

  test('a wake between registration and suspension is not lost', async () => {
    const startedAt = clock.now();
    const engine: MemoryWorkflows = engineFor(clock, async (workflow) =>
      workflow.wait('pause', 3_600_000, async (callbackId) => {
        await engine.wake(callbackId, 'at once');
        return true;
      }),
    );
    expect((await runToEnd(clock, engine)).result).toBe('"woken"');
    expect(clock.now() - startedAt).toBeLessThan(60_000);
  });

  test('at the timeout the wait is over, and a wake from then on is gone', async () => {
    const ids: string[] = [];
    const engine = engineFor(clock, waiting(ids));
    await engine.start('remediate', 'name', PAYLOAD);
    await clock.advance(5_000);
    expect(await engine.wake(ids[0] ?? '', 'late')).toBe('gone');
    const end = await runToEnd(clock, engine);
    expect(end.result).toBe('"timeout"');
    expect((end.endedAt ?? 0) - end.startedAt).toBe(5_000);
  });

  test('a wake in the very millisecond of the timeout is gone, and the wait agrees', async () => {
    const answers: string[] = [];
    const engine: MemoryWorkflows = engineFor(clock, async (workflow) =>
      workflow.wait('pause', 5_000, async (callbackId) => {
        await clock.sleep(5_000);
        answers.push(await engine.wake(callbackId, 'late'));
        return true;
      }),
    );
    expect((await runToEnd(clock, engine)).result).toBe('"timeout"');
    expect(answers).toEqual(['gone']);
  });

  test('callback ids contain characters that need care in URLs', async () => {
    const ids: string[] = [];
    const engine = engineFor(clock, waiting(ids));
    await runToEnd(clock, engine);
    expect(ids[0]).toMatch(/[+/=]/);
  });
});

describe('inspection', () => {
  test('executions are copies with the journal in order', async () => {
    const engine = engineFor(clock, async (workflow) => {
      await workflow.step('one', ONCE, async () => ({ answer: 42 }));
      return workflow.wait('two', 1_000, async () => true);
    });
    const end = await runToEnd(clock, engine);
    expect(end.journal.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'step one',
      'callback two',
      'step two.register',
    ]);
    expect(end.journal[0]).toMatchObject({
      begun: 1,
      failures: 0,
      outcome: { ok: true, result: '{"answer":42}' },
    });
    end.journal.length = 0;
    expect(only(engine).journal).toHaveLength(3);
  });

  test('every invocation runs in a new process', async () => {
    const incarnations: number[] = [];
    const factory = (incarnation: number): FunctionInstance => {
      incarnations.push(incarnation);
      return { run: async (workflow) => workflow.wait('pause', 1_000, async () => true) };
    };
    const engine = new MemoryWorkflows({ clock, functions: { remediate: factory } });
    await runToEnd(clock, engine);
    expect(incarnations).toEqual([1, 2]);
    expect(only(engine).invocations).toBe(2);
  });
});
