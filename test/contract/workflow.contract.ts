import { beforeAll, describe, expect, test } from 'vitest';
import { isFailure, PortError } from '../../shared/errors.ts';
import type { ExecutionPayload } from '../../shared/ports/durable.ts';
import type { Json, RetryPolicy, WorkflowFunction } from '../../shared/workflow/port.ts';

export type Ended = { status: 'succeeded'; result: unknown } | { status: 'failed'; error: string };

/** An engine as these tests drive it. */
export interface EngineUnderTest {
  name: string;
  setUp(): Promise<void>;
  /** Runs one execution to its end. `wakes` are names of waits, woken in this order once each is suspended. */
  run(run: WorkflowFunction<ExecutionPayload, Json>, wakes?: readonly string[]): Promise<Ended>;
  /** Milliseconds of the engine's own time. */
  now(): number;
  /** Whether executions may run side by side (time is real, so waiting together saves it). */
  concurrent: boolean;
}

export const PAYLOAD: ExecutionPayload = { incidentId: 'incident-1', generation: 1, attempt: 1 };
const ONCE: RetryPolicy = { attempts: 1, backoffMs: 1_000 };
const HOUR = 3_600_000;
const yes = async () => true;

function succeeded(result: unknown): Ended {
  return { status: 'succeeded', result };
}

/** What every engine behind the Workflow port must do. */
export function workflowContract(engine: EngineUnderTest): void {
  describe(`workflow contract: ${engine.name}`, { concurrent: engine.concurrent }, () => {
    beforeAll(() => engine.setUp());
    stepContract(engine);
    failureContract(engine);
    waitContract(engine);
    skipContract(engine);
    lengthContract(engine);
  });
}

function stepContract(engine: EngineUnderTest): void {
  test('gives the function its payload', async () => {
    expect(await engine.run(async (_workflow, payload) => ({ ...payload }))).toEqual(succeeded(PAYLOAD));
  });

  test('does not repeat a finished step after a wait, and code after it sees its value', async () => {
    const ran: string[] = [];
    let invocations = 0;
    const end = await engine.run(
      async (workflow) => {
        invocations += 1;
        const before = await workflow.step('before', ONCE, async () => ran.push('before'));
        const wait = await workflow.wait('pause', HOUR, yes);
        const after = await workflow.step('after', ONCE, async () => ran.push('after'));
        return { before, wait, after };
      },
      ['pause'],
    );
    expect(end).toEqual(succeeded({ before: 1, wait: 'woken', after: 2 }));
    expect(ran).toEqual(['before', 'after']);
    expect(invocations).toBeGreaterThan(1);
  });

  test('gives JSON copies: dates are text and the object of the step is not shared, replayed or not', async () => {
    const original = { list: [1], gone: undefined as Json | undefined };
    const end = await engine.run(
      async (workflow) => {
        const dated = await workflow.step('date', ONCE, async () => new Date(0) as unknown as Json);
        const copy = await workflow.step('object', ONCE, async () => original);
        copy.list.push(2);
        const keys = Object.keys(copy);
        await workflow.wait('pause', HOUR, yes);
        return { type: typeof dated, dated, list: copy.list, keys };
      },
      ['pause'],
    );
    expect(end).toEqual(
      succeeded({ type: 'string', dated: '1970-01-01T00:00:00.000Z', list: [1, 2], keys: ['list'] }),
    );
    expect(original.list).toEqual([1]);
  });
}

function failureContract(engine: EngineUnderTest): void {
  test('tries a failing step again after its backoff, until it works', async () => {
    const at: number[] = [];
    const end = await engine.run(async (workflow) =>
      workflow.step('flaky', { attempts: 3, backoffMs: 1_000 }, async () => {
        at.push(engine.now());
        if (at.length < 3) throw new Error('not yet');
        return at.length;
      }),
    );
    expect(end).toEqual(succeeded(3));
    const [first = 0, second = 0, third = 0] = at;
    // Lambda and timers of the platform may be a little early or late, never by half.
    expect(second - first).toBeGreaterThanOrEqual(900);
    expect(third - second).toBeGreaterThanOrEqual(1_800);
  });

  test('makes one attempt when the policy says one: there is no default retry', async () => {
    let attempts = 0;
    const end = await engine.run(async (workflow) =>
      workflow.step('once', ONCE, async () => {
        attempts += 1;
        throw new Error('no');
      }),
    );
    expect(end.status).toBe('failed');
    expect(attempts).toBe(1);
  });

  test('hands the last error of an exhausted step to the caller, the same on every replay', async () => {
    let attempts = 0;
    const seen: unknown[] = [];
    const end = await engine.run(
      async (workflow) => {
        try {
          await workflow.step('broken', { attempts: 2, backoffMs: 1 }, async () => {
            attempts += 1;
            throw new PortError('unauthorised', 'not allowed', {
              operation: 'ec2:DescribeInstances',
              code: '403',
            });
          });
        } catch (error) {
          const isOurs = isFailure(error, 'unauthorised');
          seen.push(isOurs ? [error.kind, error.operation, error.code, error.message] : error);
        }
        await workflow.wait('pause', HOUR, yes);
        return 'went on';
      },
      ['pause'],
    );
    expect(end).toEqual(succeeded('went on'));
    expect(attempts).toBe(2);
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['["unauthorised","ec2:DescribeInstances","403","not allowed"]']),
    );
  });

  test('keeps name and message of errors that are not ours', async () => {
    const end = await engine.run(async (workflow) => {
      try {
        return await workflow.step('broken', ONCE, async () => {
          throw new RangeError('too far');
        });
      } catch (error) {
        return error instanceof Error ? [error.name, error.message] : 'not an error';
      }
    });
    expect(end).toEqual(succeeded(['RangeError', 'too far']));
  });

  test('fails the execution when an error is not caught', async () => {
    const end = await engine.run(async () => {
      throw new Error('nobody caught me');
    });
    expect(end).toEqual({ status: 'failed', error: expect.stringContaining('nobody caught me') });
  });
}

function waitContract(engine: EngineUnderTest): void {
  test('ends a wait with a timeout when nobody wakes it', async () => {
    const startedAt = engine.now();
    const end = await engine.run(async (workflow) => workflow.wait('silence', 1_000, yes));
    expect(end).toEqual(succeeded('timeout'));
    expect(engine.now() - startedAt).toBeGreaterThanOrEqual(900);
  });

  test('registers once, with an id of its own for every wait', async () => {
    const ids: string[] = [];
    const note = async (callbackId: string) => ids.push(callbackId) > 0;
    const end = await engine.run(
      async (workflow) => [
        await workflow.wait('one', HOUR, note),
        await workflow.wait('two', HOUR, note),
        await workflow.wait('three', 1, note),
      ],
      ['one', 'two'],
    );
    expect(end).toEqual(succeeded(['woken', 'woken', 'timeout']));
    expect(new Set(ids).size).toBe(3);
    expect(ids).toHaveLength(3);
  });

  test('a registration that keeps failing reaches the caller', async () => {
    const end = await engine.run(async (workflow) => {
      let attempts = 0;
      try {
        return await workflow.wait('unregistered', HOUR, async () => {
          attempts += 1;
          if (attempts > 0) throw new Error('no table');
          return true;
        });
      } catch (error) {
        return error instanceof Error ? error.message : 'not an error';
      }
    });
    expect(end).toEqual(succeeded('no table'));
  });
}

function skipContract(engine: EngineUnderTest): void {
  test('skips the wait when registration says there is nothing to wait for', async () => {
    const startedAt = engine.now();
    const end = await engine.run(async (workflow) => workflow.wait('needless', HOUR, async () => false));
    expect(end).toEqual(succeeded('skipped'));
    expect(engine.now() - startedAt).toBeLessThan(HOUR / 100);
  });

  test('a skipped callback that times out during a later wait harms nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const end = await engine.run(async (workflow) => {
      const skipped = await workflow.wait('needless', 1_000, async () => false);
      const long = await workflow.wait('long', 2_000, yes);
      const last = await workflow.step('last', ONCE, async () => 'done');
      return [skipped, long, last];
    });
    process.off('unhandledRejection', note);
    expect(end).toEqual(succeeded(['skipped', 'timeout', 'done']));
    expect(unhandled).toEqual([]);
  });
}

function lengthContract(engine: EngineUnderTest): void {
  test('carries forty steps and ten waits in order', async () => {
    const ran: string[] = [];
    const rounds = Array.from({ length: 10 }, (_, index) => index);
    const end = await engine.run(
      async (workflow) => {
        let sum = 0;
        for (const round of rounds) {
          for (const part of [0, 1, 2, 3]) {
            const name = `step-${round}-${part}`;
            sum += await workflow.step(name, ONCE, async () => (ran.push(name) > 0 ? round * 4 + part : 0));
          }
          await workflow.wait(`wait-${round}`, HOUR, yes);
        }
        return sum;
      },
      rounds.map((round) => `wait-${round}`),
    );
    expect(end).toEqual(succeeded(780));
    expect(ran).toEqual(rounds.flatMap((round) => [0, 1, 2, 3].map((part) => `step-${round}-${part}`)));
  });
}
