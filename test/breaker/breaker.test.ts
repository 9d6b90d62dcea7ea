import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOSE_AFTER, MAX_RETRIES, OPEN_AT, PROBE_MS, RETRY_SHARE } from '../../shared/breaker/breaker.ts';
import { BREAKER_OPEN, GuardedCalls } from '../../shared/breaker/calls.ts';
import { WINDOW_MS } from '../../shared/breaker/tally.ts';
import { HOUR_MS, SECOND_MS } from '../../shared/clock.ts';
import { describeFailure, type FailureKind, PortError } from '../../shared/errors.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { seededRandom } from '../../simulator/random.ts';
import { OPERATION } from './fleet.ts';

type Outcome = 'ok' | FailureKind | 'bug';

/** One process, and what AWS answers to each of its requests. */
class Stage {
  readonly clock = new VirtualClock();
  readonly opened: string[] = [];
  requests = 0;
  readonly guard: GuardedCalls;

  constructor(seed = 1) {
    const onOpen = (operation: string) => this.opened.push(operation);
    this.guard = new GuardedCalls({ clock: this.clock, random: seededRandom(seed), onOpen });
  }

  /** Undefined when it went well. */
  async call(answer: Outcome, operation = OPERATION): Promise<unknown> {
    const send = async () => {
      this.requests += 1;
      if (answer === 'bug') throw new TypeError('ours');
      if (answer !== 'ok') throw new PortError(answer, 'from AWS', { operation });
    };
    return await this.clock.run(this.guard.call(operation, send).catch((error: unknown) => error));
  }

  async calls(count: number, answer: Outcome, operation = OPERATION): Promise<void> {
    for (let index = 0; index < count; index++) {
      await this.call(answer, operation);
      await this.clock.advance(100);
    }
  }
}

const half = OPEN_AT.answers / 2;

describe('opening', () => {
  test('at twenty answers of which half are throttled, and not one sooner', async () => {
    const stage = new Stage();
    await stage.calls(half, 'throttled');
    await stage.calls(half - 1, 'ok');
    expect(stage.guard.open()).toEqual([]);
    await stage.call('ok');
    expect(stage.guard.open()).toEqual([{ operation: OPERATION, since: expect.any(Number) }]);
    expect(stage.opened).toEqual([OPERATION]);
  });

  test('never at less than half, and never by twenty that are spread over more than a minute', async () => {
    const stage = new Stage();
    for (let round = 0; round < 50; round++) {
      await stage.calls(3, 'ok');
      await stage.calls(1, 'throttled');
    }
    for (let index = 0; index < 60; index++) {
      await stage.call('throttled', 'eks:ListClusters');
      await stage.clock.advance(4 * SECOND_MS);
    }
    expect(stage.guard.open()).toEqual([]);
  });

  property.prop(
    [fc.array(fc.constantFrom<Outcome>('ok', 'transient', 'unreachable', 'unauthorised', 'conflict', 'bug'))],
    { numRuns: 50 },
  )('no failure but throttling ever holds a call back, or changes it', async (answers) => {
    const stage = new Stage();
    for (const answer of [...answers, ...answers]) {
      const failure = await stage.call(answer);
      if (answer === 'bug') expect(failure).toBeInstanceOf(TypeError);
      else expect(failure instanceof PortError ? failure.kind : 'ok').toBe(answer);
    }
    expect(stage.requests).toBe(2 * answers.length);
    expect(stage.opened).toEqual([]);
  });

  test('of one operation leaves every other alone, and what serves us alone is never held back', async () => {
    const stage = new Stage();
    await stage.calls(100, 'throttled');
    for (const operation of ['ec2:DescribeSubnets', 'eks:DescribeCluster'])
      expect(await stage.call('ok', operation)).toBeUndefined();
    const before = stage.requests;
    for (const operation of ['dynamodb:GetItem', 'sqs:SendMessage', 'sns:Publish', 'lambda:InvokeFunction'])
      await stage.calls(50, 'throttled', operation);
    expect(stage.requests - before).toBe(200);
    expect(stage.guard.open().map(({ operation }) => operation)).toEqual([OPERATION]);
  });
});

describe('while it is open', () => {
  test('a refused call says that AWS was not asked, since when, and when it is asked again', async () => {
    const stage = new Stage();
    await stage.calls(60, 'throttled');
    const { requests } = stage;
    const refusals = [];
    for (let index = 0; index < 20; index++) refusals.push(await stage.call('ok'));
    const refused = refusals.find((each) => each instanceof PortError);
    expect(refused).toMatchObject({ kind: 'throttled', operation: OPERATION, code: BREAKER_OPEN });
    expect((refused as PortError).retryAfterMs).toBeLessThanOrEqual(PROBE_MS);
    expect(describeFailure(refused)).toMatch(
      /^ec2:DescribeInstances: throttled \(BreakerOpen\): AWS was not asked: since 2026-11-03T14:00:\d\dZ our breaker is open, AWS throttled \d+ of \d+ calls in the last minute; it asks again within a second$/,
    );
    expect(stage.requests - requests).toBeLessThan(5);
  });

  property.prop([fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: -HOUR_MS, max: HOUR_MS })], {
    numRuns: 30,
  })('whoever asks a second later gets through, however the clock was set meanwhile', async (seed, jump) => {
    const stage = new Stage(seed);
    await stage.calls(100, 'throttled');
    stage.clock.jump(jump);
    for (let probe = 0; probe < 5; probe++) {
      const { requests } = stage;
      await stage.clock.advance(PROBE_MS);
      await stage.call('throttled');
      expect(stage.requests).toBeGreaterThan(requests);
    }
  });

  test('ten answers in a row close it, and nine and a throttled one do not', async () => {
    const stage = new Stage();
    await stage.calls(100, 'throttled');
    const probes = async (count: number, answer: Outcome) => {
      for (let index = 0; index < count; index++) {
        await stage.clock.advance(PROBE_MS);
        await stage.call(answer);
      }
    };
    await probes(CLOSE_AFTER - 1, 'ok');
    await probes(1, 'throttled');
    await probes(CLOSE_AFTER - 1, 'unauthorised');
    expect(stage.guard.open()).toHaveLength(1);
    await probes(1, 'ok');
    expect(stage.guard.open()).toEqual([]);
  });

  test('a minute without throttling closes it, even where AWS cannot be reached', async () => {
    const stage = new Stage();
    await stage.calls(100, 'throttled');
    for (let waited = 0; waited < WINDOW_MS; waited += SECOND_MS) {
      await stage.clock.advance(SECOND_MS);
      await stage.call('unreachable');
    }
    expect(stage.guard.open()).toEqual([]);
  });
});

describe('retries', () => {
  property.prop([fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 1_000 })], {
    numRuns: 20,
  })('are never more than a tenth of the calls, whatever share is throttled', async (share, seed) => {
    const stage = new Stage(seed);
    const aws = seededRandom(seed + 1);
    for (let index = 0; index < 400; index++) await stage.call(aws() < share ? 'throttled' : 'ok');
    expect(stage.requests).toBeLessThanOrEqual(400 * (1 + RETRY_SHARE));
  });

  test('one throttled call of many is made again, after a moment, and succeeds', async () => {
    const stage = new Stage();
    await stage.calls(10 * MAX_RETRIES, 'ok');
    let tries = 0;
    const send = async () => {
      tries += 1;
      if (tries === 1) throw new PortError('throttled', 'rate exceeded', { operation: OPERATION });
      return 'read';
    };
    const before = stage.clock.now();
    expect(await stage.clock.run(stage.guard.call(OPERATION, send))).toBe('read');
    expect(stage.clock.now() - before).toBeLessThan(SECOND_MS);
  });

  test('none where AWS asks for a longer wait than a caller has', async () => {
    const stage = new Stage();
    await stage.calls(50, 'ok');
    let tries = 0;
    const send = async () => {
      tries += 1;
      throw new PortError('throttled', 'rate exceeded', { operation: OPERATION, retryAfterMs: 30_000 });
    };
    await expect(stage.clock.run(stage.guard.call(OPERATION, send))).rejects.toThrow('rate exceeded');
    expect(tries).toBe(1);
  });
});
