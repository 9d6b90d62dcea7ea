import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
import type { ApiThrottlingPolicy } from './policy.ts';

/** Distinct throttled calls by the minute in which they were made; a minute without any need not be there. */
export type PerMinute = ReadonlyMap<EpochMs, number>;

export type RateRule = ApiThrottlingPolicy['rate'];

/** The most calls in any window, and the minute in which that window ends; `count` 0 where there were none. */
export interface Peak {
  count: number;
  at: EpochMs;
}

export function minuteOf(at: EpochMs): EpochMs {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

/**
 * The strongest window that lies between two moments, not only the newest: CloudTrail delivers minutes late, and a
 * burst is over by the time it is heard of. Of several equal ones the first.
 */
export function peakOf(calls: PerMinute, windowMs: number, from: EpochMs, to: EpochMs): Peak {
  const within = new Map([...calls].filter(([minute]) => minute >= minuteOf(from) && minute <= to));
  const ends = [...within.keys()].toSorted((left, right) => left - right);
  let peak: Peak = { count: 0, at: minuteOf(to) };
  for (const at of ends) {
    const count = countAt(within, windowMs, at);
    if (count > peak.count) peak = { count, at };
  }
  return peak;
}

/** Calls in the window that ends with this minute. */
export function countAt(calls: PerMinute, windowMs: number, minute: EpochMs): number {
  let sum = 0;
  for (const [at, count] of calls) if (isInWindow(at, windowMs, minute)) sum += count;
  return sum;
}

/** A window is whole minutes and ends with `end`. */
export function isInWindow(minute: EpochMs, windowMs: number, end: EpochMs): boolean {
  const span = Math.ceil(windowMs / MINUTE_MS) * MINUTE_MS;
  return minute > end - span && minute <= end;
}

/**
 * Since when the rate has been below the exit, for the one who closes when that was `quietFor` ago. Between exit and
 * entry nothing opens and nothing closes. It is the end of the last minute in which a window still reached it, looked
 * at back to `from`; `from` where none did.
 */
export function quietSince(calls: PerMinute, rule: RateRule, from: EpochMs, now: EpochMs): EpochMs {
  for (let minute = minuteOf(now); minute >= minuteOf(from); minute -= MINUTE_MS)
    if (countAt(calls, rule.window, minute) >= exitOf(rule)) return minute + MINUTE_MS;
  return from;
}

/** The minute from which on every window up to this one reached the exit: when the throttling began. */
export function loudSince(calls: PerMinute, rule: RateRule, end: EpochMs): EpochMs {
  const first = Math.min(...calls.keys());
  let since = minuteOf(end);
  while (since > first && countAt(calls, rule.window, since - MINUTE_MS) >= exitOf(rule)) since -= MINUTE_MS;
  return since;
}

/** The exit is never above the entry, whatever the config says: an incident would end as it opens. */
export function exitOf({ openAt, exitBelow }: RateRule): number {
  return Math.min(openAt, exitBelow);
}

/** How many times the entry was doubled, so that news comes once for each doubling and not with each batch. */
export function levelOf(count: number, { openAt }: Pick<RateRule, 'openAt'>): number {
  return Math.max(0, Math.floor(Math.log2(count / openAt)));
}
