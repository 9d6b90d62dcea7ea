import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stepBack } from '../../functions/ebs-saturation/decide/step-back.ts';
import { whyInvalid } from '../../functions/ebs-saturation/limits/check.ts';
import { LIMITS } from '../../functions/ebs-saturation/limits/table.ts';
import { DAY_MS, HOUR_MS } from '../../shared/clock.ts';
import { unknown } from '../../shared/fact.ts';
import { garbage, modifications, performances } from './decide-arbitrary.ts';
import { NOW, policyOf, quietAt, read, volumeOf } from './decide-support.ts';

const was = volumeOf('gp3', 500, 3_000, 125);
const is = volumeOf('gp3', 500, 9_000, 600);
const enabled = { stepBack: { enabled: true } };

describe('after a quiet week', () => {
  test('a volume gets back what it had, and the difference is said', () => {
    const decision = stepBack(quietAt(is, was));
    expect(decision).toMatchObject({ decision: 'lower', via: 'volume', from: is, to: was });
    expect(decision.reasons[0]).toBe('$89.00 → $40.00 a month, -$49.00; price list of 2026-11 (us-east-1)');
  });

  test('but never less than 1.3 times what it used in 99 of 100 minutes', () => {
    const p99 = read({ iops: 4_000, throughputMib: 200 });
    expect(stepBack(quietAt(is, was, { p99 }))).toMatchObject({ to: { iops: 5_200, throughputMib: 260 } });
  });

  test('nor with less than keeps every minute quiet, however few they were', () => {
    const quietWith = read({ iops: 7_000, throughputMib: 126 });
    expect(stepBack(quietAt(is, was, { quietWith }))).toMatchObject({
      to: { iops: 7_000, throughputMib: 126 },
    });
  });

  test('all of what was given, however little it is', () => {
    const little = volumeOf('gp3', 500, 3_100, 125);
    expect(stepBack(quietAt(little, was))).toMatchObject({ decision: 'lower', to: was });
  });

  test('nor less than gp3 always has, whatever was kept of what it was', () =>
    expect(stepBack(quietAt(is, volumeOf('gp3', 500, 0, 0)))).toMatchObject({
      to: { iops: 3_000, throughputMib: 125 },
    }));

  test('gp3 keeps the IOPS that its throughput needs', () => {
    const p99 = read({ iops: 10, throughputMib: 900 });
    const current = volumeOf('gp3', 500, 16_000, 1_200);
    expect(stepBack(quietAt(current, was, { p99 }))).toMatchObject({
      to: { iops: 4_680, throughputMib: 1_170 },
    });
  });

  test('what was gp2 stays gp3, never below what gp2 did', () => {
    const gp2 = volumeOf('gp2', 2_000, 6_000, 250);
    const gp3 = volumeOf('gp3', 2_000, 13_500, 563);
    expect(stepBack(quietAt(gp3, gp2))).toMatchObject({
      to: { type: 'gp3', iops: 6_000, throughputMib: 250 },
    });
  });

  test('io2 keeps the IOPS that bring the throughput it used', () => {
    const p99 = read({ iops: 500, throughputMib: 500 });
    const io2 = volumeOf('io2', 500, 10_000, 2_560);
    const before = volumeOf('io2', 500, 1_000, 256);
    expect(stepBack(quietAt(io2, before, { p99 }))).toMatchObject({
      to: { iops: 2_540, throughputMib: 650 },
    });
  });

  test.each([
    ['it is not configured', { policy: policyOf() }, /does not step back/],
    ['somebody changed it since', { ours: { ...is, iops: 8_000 } }, /somebody changed it/],
    ['it had another type', { original: volumeOf('io2', 500, 3_000, 768) }, /another type/],
    ['its use is unknown', { p99: unknown('no data', 'x', NOW) }, /no data/],
    ['it uses it all', { p99: read({ iops: 8_000, throughputMib: 500 }) }, /uses what it was given/],
    ['its use is no number', { p99: read({ iops: Number.NaN, throughputMib: Number.NaN }) }, /uses/],
    [
      'the config leaves its type out',
      { policy: policyOf({ ...enabled, allowTypes: ['io2'] }) },
      /gp3 is not among/,
    ],
    ['the least that is quiet is unknown', { quietWith: unknown('lost', 'x', NOW) }, /lost/],
    [
      'it is too little',
      { quietWith: read({ iops: 8_501, throughputMib: 576 }) },
      /but for 499 IOPS and 24 MiB/,
    ],
    ['nobody knows who manages it', { managed: unknown('403', 'x', NOW) }, /403/],
  ])('nothing where %s', (_, options, why) =>
    expect(stepBack(quietAt(is, was, options))).toMatchObject({
      decision: 'nothing',
      why: expect.stringMatching(why),
    }),
  );

  test('not before the week is over, to the millisecond', () => {
    const since = (at: number) => stepBack(quietAt(is, was, { quietSince: read(at) }));
    expect(since(NOW - 7 * DAY_MS)).toMatchObject({ decision: 'lower' });
    expect(since(NOW - 7 * DAY_MS + 1)).toMatchObject({ decision: 'wait', until: NOW + 1 });
    const lost = stepBack(quietAt(is, was, { quietSince: unknown('lost', 'x', NOW) }));
    expect(lost).toMatchObject({ decision: 'wait', until: NOW + 7 * DAY_MS });
  });

  test('nor while a modification runs, nor as the fifth of a day', () => {
    const optimizing = read({ state: 'optimizing' as const, startedAt: NOW - HOUR_MS });
    const running = { history: read([]), latest: optimizing };
    expect(stepBack(quietAt(is, was, { modifications: running }))).toMatchObject({ decision: 'wait' });
    const four = { history: read([1, 2, 3, 4].map((hours) => NOW - hours * HOUR_MS)), latest: read(null) };
    expect(stepBack(quietAt(is, was, { modifications: four }))).toMatchObject({
      decision: 'wait',
      until: NOW + 20 * HOUR_MS,
    });
  });
});

test('stepping back never violates a limit, raises anything, or goes below base, origin or 1.3 times p99', () => {
  const use = fc.record({ iops: fc.nat(90_000), throughputMib: fc.nat(2_500) });
  let lowered = 0;
  fc.assert(
    fc.property(performances, performances, use, use, modifications, (current, other, p99, least, made) => {
      const original = { ...other, type: current.type, sizeGib: current.sizeGib };
      const input = quietAt(current, original, {
        p99: read(p99),
        quietWith: read(least),
        modifications: made,
      });
      const decision = stepBack(input);
      if (decision.decision !== 'lower') return;
      lowered += 1;
      const { to } = decision;
      expect(whyInvalid(to)).toBeUndefined();
      expect(to).toMatchObject({ type: current.type, sizeGib: current.sizeGib });
      for (const figure of ['iops', 'throughputMib'] as const) {
        expect(to[figure]).toBeLessThanOrEqual(current[figure]);
        expect(to[figure]).toBeGreaterThanOrEqual(LIMITS[to.type][figure].min);
        expect(to[figure]).toBeGreaterThanOrEqual(Math.min(current[figure], p99[figure] * 1.3));
        expect(to[figure]).toBeGreaterThanOrEqual(Math.min(current[figure], least[figure]));
      }
      expect(to.iops).toBeGreaterThanOrEqual(Math.min(current.iops, original.iops));
      const { latest, history } = made;
      expect(latest.known && ['completed', 'failed', undefined].includes(latest.value?.state)).toBe(true);
      expect(history.known && history.value.filter((at) => at > NOW - DAY_MS).length < 4).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(lowered).toBeGreaterThan(100);
});

test('figures that are none lower nothing below what the type has', () => {
  fc.assert(
    fc.property(performances, garbage, garbage, (current, iops, throughputMib) => {
      const decision = stepBack(quietAt(current, current, { p99: read({ iops, throughputMib }) }));
      expect(decision.decision).toBe('nothing');
    }),
  );
});
