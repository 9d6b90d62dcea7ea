import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reachOf } from '../../functions/ebs-saturation/diagnose/reach.ts';
import { between, since } from '../../functions/ebs-saturation/measure/measured.ts';
import {
  figuresOf,
  hitsOf,
  lengthOf,
  longestOf,
  trendOf,
} from '../../functions/ebs-saturation/measure/statistics.ts';
import { usedOf } from '../../functions/ebs-saturation/measure/used.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { known } from '../../shared/fact.ts';
import { AT, CALM, last, load, MINUTES, measured, minute, START } from './diagnose-series.ts';

const window = { from: START, to: AT };

/** Values of consecutive minutes up to the end of the window; undefined is a gap. */
function points(...values: (number | undefined)[]) {
  const first = MINUTES - values.length;
  return values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: minute(first + index), value }],
  );
}

describe('figures', () => {
  test('are values that were measured, by nearest rank', () => {
    const all = points(...Array.from({ length: 100 }, (_, index) => index + 1));
    expect(figuresOf(all)).toEqual({ count: 100, p50: 50, p95: 95, max: { at: minute(179), value: 100 } });
    expect(figuresOf(points(7))).toMatchObject({ p50: 7, p95: 7 });
  });

  test('are none of what was never measured', () => {
    expect(figuresOf([])).toBeUndefined();
    expect(trendOf(points(1, 2))).toBeUndefined();
  });

  test('a trend is the change by the hour, whatever the gaps', () => {
    expect(trendOf(points(60, 59, undefined, undefined, 56))).toBeCloseTo(-60);
    expect(trendOf(points(5, 5, 5))).toBe(0);
  });

  property.prop([fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 180 })])(
    'p50 is never above p95, and neither above the highest',
    (values) => {
      const found = figuresOf(points(...values));
      expect(found && found.p50 <= found.p95 && found.p95 <= found.max.value).toBe(true);
      expect(values).toContain(found?.p95);
    },
  );
});

describe('time over a line', () => {
  const isHit = ({ value }: { value: number }) => value > 0;
  const series = (...values: (number | undefined)[]) => ({ points: points(...values), periodMs: MINUTE_MS });

  test('is counted with what was measured; a gap ends a spell', () => {
    const hits = hitsOf(series(1, 1, undefined, 1, 1, 1, 0, 1), window, isHit);
    expect(hits).toMatchObject({ measuredMs: 7 * MINUTE_MS, hitMs: 6 * MINUTE_MS });
    expect(hits.spells.map((spell) => lengthOf(spell) / MINUTE_MS)).toEqual([2, 3, 1]);
    expect(longestOf(hits.spells)).toEqual({ from: minute(175), to: minute(178) });
    expect(longestOf([])).toBeUndefined();
  });

  test.each([
    { state: 'now', shape: last(5) },
    { state: 'over', shape: last(4) },
    { state: 'over', shape: (index: number) => (index >= 140 && index < 150 ? 1 : 0) },
    { state: 'never', shape: last(2) },
    { state: 'over', shape: (index: number) => (index < 60 ? 1 : 0) },
    { state: 'returns', shape: (index: number) => (index % 30 < 6 && index < 160 ? 1 : 0) },
    { state: 'over', shape: (index: number) => (index % 30 < 6 && index < 90 ? 1 : 0) },
    { state: 'never', shape: (index: number) => (index % 4 === 0 && index < 165 ? 1 : 0) },
  ])('is $state', ({ state, shape }) => {
    const { iopsExceeded } = measured({ iopsExceeded: shape }).series;
    expect(reachOf(iopsExceeded, window, isHit)).toMatchObject({ value: { state } });
  });

  test('is unknown when hardly any of the last fifteen minutes was measured', () => {
    const some = (count: number) =>
      reachOf(
        known(series(1, ...Array(15 - count).fill(undefined), ...Array(count).fill(1)), 'x', AT),
        window,
        isHit,
      );
    expect(some(5)).toMatchObject({ known: true, value: { state: 'now' } });
    expect(some(4)).toMatchObject({ known: false, why: 'only 4 m 00 s of the last 15 m 00 s were measured' });
  });
});

describe('what a volume uses', () => {
  test('is reads and writes by the second, of minutes that have both', () => {
    const shapes = {
      ...CALM,
      ...load(600, 30),
      writeOps: (index: number) => (index % 2 === 0 ? 30_000 : undefined),
    };
    const { iops, throughput } = usedOf(measured(shapes));
    expect(iops.known && iops.value.points.length).toBe(90);
    expect(iops).toMatchObject({
      value: { points: expect.arrayContaining([{ at: minute(0), value: 800 }]) },
    });
    expect(throughput.known && figuresOf(throughput.value.points)).toMatchObject({ count: 180, p50: 30 });
  });

  test('leaves single minutes out that contradict another metric, and is unknown with many of them', () => {
    const odd = (count: number) => {
      const one = load(last(count, 0, 300), last(count, 0, 20));
      return usedOf(measured({ ...CALM, ...one, queueLength: 4 })).iops;
    };
    const few = odd(10);
    expect(few.known && few.value.points.length).toBe(170);
    expect(few.known && few.value.points.some(({ value }) => value === 0)).toBe(false);
    expect(odd(30)).toMatchObject({
      known: false,
      why: '30 of 180 min contradict other metrics of the volume',
    });
  });

  test('is 0 in a stall, however much waits', () => {
    const stall = { ...load(last(30, 0, 300), last(30, 0, 20)), queueLength: 9, stalled: last(30) };
    const { iops } = usedOf(measured({ ...CALM, ...stall }));
    expect(iops.known && iops.value.points.filter(({ value }) => value === 0).length).toBe(30);
  });
});

describe('a part of the time', () => {
  test('holds what lies in it, and what has nothing there is unknown', () => {
    const all = measured({
      iopsExceeded: 1,
      stalled: (index) => (index < 50 ? 0 : undefined),
      burstBalance: 80,
    });
    const part = between(all, { from: minute(100), to: minute(110) });
    expect(part.series.iopsExceeded.known && part.series.iopsExceeded.value.points.length).toBe(10);
    expect(part.series.burstBalance.known && part.series.burstBalance.value.points.length).toBe(2);
    expect(part.series.stalled).toMatchObject({ known: false, why: 'no data in this window' });
    expect(since(all, START - 9 * MINUTE_MS).window).toEqual(all.window);
  });
});
