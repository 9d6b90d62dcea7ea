import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideQuota, type QuotaInput } from '../../../functions/api-throttling/quota/decide.ts';
import { desiredValue } from '../../../functions/api-throttling/quota/desired.ts';
import { quotaOfError, quotaOfThrottle } from '../../../functions/api-throttling/quota/quota-map.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { ENIS, NOW, policy, quota, quotaInput, read, unread } from './input.ts';

const open = { ...ENIS, id: 'r-1', status: 'CASE_OPENED', desired: 7_500 };

describe('the decision on a quota', () => {
  test('is to ask for half as much again, with every reason', () => {
    const decision = decideQuota(quotaInput());
    expect(decision).toMatchObject({
      decision: 'request',
      increase: { service: 'vpc', code: 'L-DF5E4CA3', desired: 7_500 },
      current: 5_000,
    });
    expect(decision.reasons).toEqual([
      'not caused by AWS itself (test)',
      'no single caller made most of the throttled calls',
      'Network interfaces per Region (L-DF5E4CA3) is 5000, applied to this account, and adjustable',
      'no request is open, and Paramedic never asked',
      '4800 of 5000 in use (test): ask for 7500, 1.5 times the present value',
    ]);
  });

  test('is to wait while AWS throttles for its own trouble, even if only once', () => {
    const decision = decideQuota(quotaInput({ awsTriggered: read(1) }));
    expect(decision).toMatchObject({ decision: 'wait', until: NOW + HOUR_MS });
  });

  test('says that AWS as the cause was not ruled out where its metric cannot be read', () => {
    const decision = decideQuota(quotaInput({ awsTriggered: unread }));
    expect(decision.decision).toBe('request');
    expect(decision.reasons[0]).toContain('whether AWS caused it itself is unknown');
  });

  const inventory = { name: 'inventory', share: 0.51 };
  test('is to fix the caller of more than half of the throttled calls first', () => {
    const decision = decideQuota(quotaInput({ callers: read([{ name: 'a', share: 0.4 }, inventory]) }));
    expect(decision).toMatchObject({ decision: 'fix-caller', caller: 'inventory', share: 0.51 });
    expect(decision.reasons.at(-1)).toContain(
      'inventory made 51 % of the throttled calls: fix this caller first',
    );
  });

  test('goes on where that caller is excused, and says why', () => {
    const excused = { ...inventory, excused: 'was tuned on 2026-11-03' };
    const decision = decideQuota(quotaInput({ callers: read([excused]) }));
    expect(decision.decision).toBe('request');
    expect(decision.reasons).toContain(
      'inventory made 51 % of the throttled calls, but: was tuned on 2026-11-03',
    );
  });

  test('fixes the caller before it writes to AWS Support', () => {
    const lookup = quotaOfThrottle('ec2', 'AssignPrivateIpAddresses');
    expect(decideQuota(quotaInput({ lookup, callers: read([inventory]) })).decision).toBe('fix-caller');
    expect(decideQuota(quotaInput({ lookup })).decision).toBe('support-case');
  });

  test.each([
    ['is not adjustable', { ...quota, adjustable: false }],
    ['does not exist', null],
  ])('is a support case where the quota %s', (_, value) => {
    expect(decideQuota(quotaInput({ quota: read(value) })).decision).toBe('support-case');
  });

  test('is to follow an open request instead of making another', () => {
    const decision = decideQuota(quotaInput({ openRequests: read([open]) }));
    expect(decision).toMatchObject({ decision: 'follow', requestId: 'r-1', desired: 7_500 });
  });

  test('is one request per quota and period, to the millisecond', () => {
    const at = (age: number) => decideQuota(quotaInput({ lastAsked: read(NOW - age) }));
    expect(at(7 * DAY_MS - 1)).toMatchObject({ decision: 'too-soon', until: NOW + 1 });
    expect(at(7 * DAY_MS).decision).toBe('request');
    expect(at(-HOUR_MS).decision).toBe('too-soon');
  });

  const unknowns: (keyof QuotaInput)[] = ['callers', 'quota', 'openRequests', 'usage', 'lastAsked'];
  test.each(unknowns)('is a person’s while the %s is unknown', (name) => {
    const decision = decideQuota(quotaInput({ [name]: unread }));
    expect(decision.decision).toBe('ask-person');
    expect(decision.reasons.at(-1)).toContain('throttled');
  });

  test('is a person’s while it may be one of several quotas', () => {
    const lookup = quotaOfError({ error: 'VolumeLimitExceeded' });
    const decision = decideQuota(quotaInput({ lookup }));
    expect(decision.decision).toBe('ask-person');
    expect(decision.reasons.at(-1)).toContain('Storage for gp3 volumes (L-7A658B76)');
  });

  test('is a person’s where so little is in use that the quota explains nothing', () => {
    expect(decideQuota(quotaInput({ usage: read(3_999) })).decision).toBe('ask-person');
    expect(decideQuota(quotaInput({ usage: read(4_000) })).decision).toBe('request');
  });

  test('asks for no more than the ceiling, and a person at the ceiling', () => {
    const at = (ceiling: number) =>
      decideQuota(quotaInput({ policy: { ...policy, ceilings: { 'vpc/L-DF5E4CA3': ceiling } } }));
    expect(at(6_000)).toMatchObject({ decision: 'request', increase: { desired: 6_000 } });
    expect(at(5_000)).toMatchObject({ decision: 'ask-person' });
    expect(at(100)).toMatchObject({ decision: 'ask-person' });
  });

  test('never acts on the value of another quota', () => {
    const other = read({ ...quota, code: 'L-1216C47A' });
    expect(decideQuota(quotaInput({ quota: other })).decision).toBe('ask-person');
  });
});

describe('the value to ask for', () => {
  test.each([
    [5, 1.5, 8],
    [1, 1.5, 2],
    [2, 3, 6],
    [0.3, 1.5, 0.45],
    [100, 1.1, 110],
    [640, 9, 1_920],
  ])('for %d times %d is %d', (current, factor, value) => {
    expect(desiredValue({ current, factor })).toMatchObject({ value });
  });

  test('is bound by three times the present value, and says by what', () => {
    expect(desiredValue({ current: 640, factor: 9 })).toMatchObject({ bound: '3 times the present value' });
    expect(desiredValue({ current: 640, factor: 9, ceiling: 700.5 })).toEqual({
      value: 700,
      bound: 'its ceiling',
    });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e10])('for %d there is none', (current) => {
    expect(desiredValue({ current, factor: 1.5 })).toHaveProperty('why');
  });
});

describe('whatever is known', () => {
  const number = fc.oneof(fc.double({ noNaN: false }), fc.integer({ min: 0, max: 20_000 }));
  const fact = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> =>
    fc.oneof({ weight: 8, arbitrary: value.map(read) }, fc.constant(unread));
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const input = fc
    .record({
      awsTriggered: fact(fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, number)),
      callers: fact(
        fc.array(fc.record({ name: text, share: fc.double({ min: 0, max: 0.6 }) }), { maxLength: 3 }),
      ),
      quota: fact(number.map((value) => ({ ...quota, value }))),
      openRequests: fact(
        fc.array(
          text.map((id) => ({ ...open, id })),
          { maxLength: 1 },
        ),
      ),
      usage: fact(number),
      lastAsked: fact(fc.option(fc.integer({ min: NOW - 30 * DAY_MS, max: NOW + DAY_MS }))),
      factor: number,
      ceiling: fc.option(number, { nil: undefined }),
    })
    .map(({ factor, ceiling, ...over }) => {
      const ceilings = ceiling === undefined ? {} : { 'vpc/L-DF5E4CA3': ceiling };
      return quotaInput({ ...over, policy: { ...policy, factor, ceilings } });
    });

  test('a request is above the present value, at most three times it, and within the ceiling', async () => {
    let requests = 0;
    await fc.assert(
      fc.property(input, (asked) => {
        const decision = decideQuota(asked);
        expect(decision.reasons.length).toBeGreaterThan(0);
        for (const reason of decision.reasons) expect(reason).toMatch(/^[ -~]{1,600}$/);
        if (decision.decision !== 'request') return;
        requests += 1;
        const { desired } = decision.increase;
        expect(desired).toBeGreaterThan(decision.current);
        expect(desired).toBeLessThanOrEqual(decision.current * 3);
        expect(desired).toBeLessThanOrEqual(asked.policy.ceilings['vpc/L-DF5E4CA3'] ?? 1e10);
        expect([asked.callers, asked.usage, asked.openRequests, asked.lastAsked].every((f) => f.known)).toBe(
          true,
        );
      }),
      { numRuns: 5_000 },
    );
    expect(requests).toBeGreaterThan(20);
  });
});
