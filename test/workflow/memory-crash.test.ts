import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FunctionInstance, MemoryWorkflows } from '../../shared/workflow/memory.ts';
import type { Json, Workflow } from '../../shared/workflow/port.ts';
import { ManualClock } from './manual-clock.ts';
import { ONCE, runToEnd as runEngine } from './memory-support.ts';

/** A process that dies when `kill` is called. The news may pass through a few promises before the engine has it. */
function mortal(hops = 20): { dead: Promise<void>; kill: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let dead = promise;
  for (let hop = 0; hop < hops; hop++) dead = dead.then();
  return { dead, kill: resolve };
}

async function runToEnd(
  clock: ManualClock,
  remediate: (incarnation: number) => FunctionInstance,
  options = {},
) {
  return await runEngine(clock, new MemoryWorkflows({ clock, functions: { remediate }, ...options }));
}

describe('crashes', () => {
  test('a step whose work finished but whose checkpoint was lost runs again, finished ones do not', async () => {
    const ran: string[] = [];
    const clock = new ManualClock();
    const end = await runToEnd(clock, (incarnation) => {
      const { dead, kill } = mortal();
      const run = async (workflow: Workflow): Promise<Json> => {
        await workflow.step('first', ONCE, async () => ran.push('first'));
        return workflow.step('second', ONCE, async () => {
          ran.push('second');
          if (incarnation === 1) kill();
          return 'done';
        });
      };
      return { run, dead };
    });
    expect(end).toMatchObject({ status: 'succeeded', result: '"done"', invocations: 2, crashes: 1 });
    expect(ran).toEqual(['first', 'second', 'second']);
    expect((end.endedAt ?? 0) - end.startedAt).toBe(1_000);
  });

  test('a crash is not an attempt, and an error thrown by the dying process is not recorded', async () => {
    const end = await runToEnd(new ManualClock(), (incarnation) => {
      const { dead, kill } = mortal();
      const run = async (workflow: Workflow): Promise<Json> =>
        workflow.step('only', ONCE, async () => {
          if (incarnation > 3) return 'done';
          kill();
          throw new Error('connection reset');
        });
      return { run, dead };
    });
    expect(end).toMatchObject({ status: 'succeeded', crashes: 3 });
    expect(end.journal).toMatchObject([{ name: 'only', begun: 4, failures: 0 }]);
  });

  test('what a dead process still does is not recorded', async () => {
    const clock = new ManualClock();
    const end = await runToEnd(clock, (incarnation) => {
      const { dead, kill } = mortal();
      const run = async (workflow: Workflow): Promise<Json> => {
        if (incarnation === 1) kill();
        await clock.sleep(60_000 * (incarnation === 1 ? 1 : 2));
        return workflow.step('who', ONCE, async () => incarnation);
      };
      return { run, dead };
    });
    expect(end).toMatchObject({ status: 'succeeded', result: '2' });
    expect(end.journal).toMatchObject([{ begun: 1 }]);
  });

  test('an execution that always crashes fails after the limit', async () => {
    const end = await runToEnd(
      new ManualClock(),
      () => ({ run: () => new Promise(() => {}), dead: Promise.resolve() }),
      { invocationDelayMs: 10 },
    );
    expect(end).toMatchObject({ status: 'failed', error: 'crashed 51 times', invocations: 51 });
    expect((end.endedAt ?? 0) - end.startedAt).toBe(500);
  });
});

describe('crashes anywhere', () => {
  const STEPS = ['a', 'b', 'c', 'd'];

  /** Each effect is one action; the n-th effect of the whole run may kill its process before or after it. */
  async function outcomeWith(crashes: ReadonlyMap<number, 'before' | 'after'>) {
    const effects: string[] = [];
    let count = 0;
    const end = await runToEnd(new ManualClock(), () => {
      const { dead, kill } = mortal();
      const effect = async (name: string) => {
        const crash = crashes.get(count++);
        if (crash === 'before') kill();
        if (crash === 'before') return new Promise<number>(() => {});
        effects.push(name);
        if (crash === 'after') kill();
        return effects.length;
      };
      return { run: (workflow) => program(workflow, effect), dead };
    });
    return { end, effects };
  }

  async function program(workflow: Workflow, effect: (name: string) => Promise<number>): Promise<Json> {
    const seen: Json[] = [];
    for (const name of STEPS) {
      seen.push(await workflow.step(name, ONCE, async () => (await effect(name)) > 0));
      seen.push(
        await workflow.wait(`${name}-pause`, 1_000, async () => (await effect(`${name}-register`)) > 0),
      );
    }
    return seen;
  }

  test('never change the outcome nor the order, and never lose an effect', async () => {
    const expected = await outcomeWith(new Map());
    const crash = fc.tuple(fc.nat({ max: 30 }), fc.constantFrom<'before' | 'after'>('before', 'after'));
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { maxLength: 12 }), async (crashes) => {
        const { end, effects } = await outcomeWith(new Map(crashes));
        expect(end.status).toBe('succeeded');
        expect(end.result).toBe(expected.end.result);
        const firsts = effects.filter((name, index) => effects.indexOf(name) === index);
        expect(firsts).toEqual(expected.effects);
        // A repetition is of the effect that was interrupted, never of one that was checkpointed.
        expect(effects.filter((name, index) => name !== effects[index - 1])).toEqual(expected.effects);
      }),
      { numRuns: 150 },
    );
  });
});
