import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countAt, levelOf, type PerMinute, peakOf, quietSince } from '../../functions/api-throttling/rate.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { defaults } from './support.ts';

const rule = defaults.rate;
const START = Date.UTC(2026, 10, 3, 14, 0);

/** Calls of consecutive minutes. */
function series(counts: readonly number[]): PerMinute {
  return new Map(counts.map((count, index) => [START + index * MINUTE_MS, count]));
}

const minute = (index: number) => START + index * MINUTE_MS;

describe('the window', () => {
  test('is five minutes wide and slides by the minute', () => {
    const calls = series([1, 2, 4, 8, 16, 32]);
    expect(countAt(calls, rule.window, minute(4))).toBe(31);
    expect(countAt(calls, rule.window, minute(5))).toBe(62);
    expect(countAt(calls, rule.window, minute(9))).toBe(32);
    expect(countAt(calls, rule.window, minute(10))).toBe(0);
  });

  test('the strongest one counts although it was delivered late; what lies before is left out', () => {
    const calls = series([30, 0, 0, 0, 0, 0, 25, 0]);
    expect(peakOf(calls, rule.window, START, minute(12))).toEqual({ count: 30, at: START });
    expect(peakOf(calls, rule.window, minute(1), minute(12))).toEqual({ count: 25, at: minute(6) });
    expect(peakOf(calls, rule.window, minute(7), minute(12)).count).toBe(0);
  });

  test('a doubling is a level: 20, 40, 80 …', () => {
    expect([20, 39, 40, 79, 80, 5_000].map((count) => levelOf(count, rule))).toEqual([0, 0, 1, 1, 2, 7]);
  });
});

describe('hysteresis', () => {
  /** What the pipeline does minute by minute: opens by the peak, closes by the quiet time. */
  function changes(counts: readonly number[], span: number): string[] {
    const calls = series(counts);
    const found: string[] = [];
    let closedAt = 0;
    let isOpen = false;
    for (let index = 0; index < span; index++) {
      const now = minute(index) + MINUTE_MS - 1;
      const seen = new Map([...calls].filter(([at]) => at <= now));
      if (!isOpen && peakOf(seen, rule.window, closedAt - rule.quietFor, now).count >= rule.openAt) {
        isOpen = true;
        found.push(`open ${index}`);
      } else if (isOpen && now - quietSince(seen, rule, now - 20 * MINUTE_MS, now) >= rule.quietFor) {
        isOpen = false;
        closedAt = now;
        found.push(`closed ${index}`);
      }
    }
    return found;
  }

  test('opens at the entry, stays open between entry and exit, and closes after the quiet time', () => {
    const counts = [19, 0, 0, 0, 1, ...Array.from({ length: 30 }, () => 2)];
    // Calls end with minute 34; the last window with five of them ends with minute 36, the quiet time with minute 51.
    expect(changes(counts, 80)).toEqual(['open 4', 'closed 52']);
  });

  test('an exit above the entry is taken as the entry: what opens never closes at once', () => {
    const odd = { ...rule, openAt: 5, exitBelow: 900 };
    expect(quietSince(series([6]), odd, START - MINUTE_MS, minute(3))).toBe(minute(4));
    expect(quietSince(series([4]), odd, START - MINUTE_MS, minute(3))).toBe(START - MINUTE_MS);
  });

  // Five minutes of 1 to 3 calls each are between the exit of 5 and the entry of 20.
  property.prop([fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 10, maxLength: 60 })])(
    'whatever happens inside the band changes nothing, open or closed',
    (band) => {
      expect(changes(band, band.length)).toEqual([]);
      expect(changes([20, ...band], band.length + 1)).toEqual(['open 0']);
    },
  );

  property.prop([fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 90 })])(
    'between two openings lies a quiet time, whatever the calls',
    (counts) => {
      const found = changes(counts, counts.length + 40);
      expect(found.map((each) => each.split(' ')[0])).toEqual(
        found.map((_, index) => (index % 2 === 0 ? 'open' : 'closed')),
      );
      const at = found.map((each) => Number(each.split(' ')[1]));
      for (let index = 1; index < at.length; index += 2)
        expect((at[index] ?? 0) - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(rule.quietFor / MINUTE_MS);
    },
  );
});
