import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import type { MetricPoint, MetricWindow } from '../../../shared/ports/usage.ts';
import type { Series } from './measured.ts';

export interface Figures {
  /** How many periods were measured. */
  count: number;
  p50: number;
  p95: number;
  /** The newest of equal ones. */
  max: MetricPoint;
}

/** Undefined: never measured. */
export function figuresOf(points: readonly MetricPoint[]): Figures | undefined {
  const sorted = points.toSorted((one, other) => one.value - other.value);
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  return { count: points.length, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), max };
}

/** By nearest rank: a value that was measured. */
function percentile(sorted: readonly MetricPoint[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]?.value ?? 0;
}

/** Change by the hour, by least squares; undefined with fewer than three points. */
export function trendOf(points: readonly MetricPoint[]): number | undefined {
  const [first] = points;
  if (first === undefined || points.length < 3) return undefined;
  const hours = points.map(({ at }) => (at - first.at) / HOUR_MS);
  const meanHour = mean(hours);
  const meanValue = mean(points.map(({ value }) => value));
  let both = 0;
  let square = 0;
  points.forEach(({ value }, index) => {
    const distance = (hours[index] ?? 0) - meanHour;
    both += distance * (value - meanValue);
    square += distance * distance;
  });
  return square === 0 ? undefined : both / square;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Periods one after the other, all of them over the line. */
export interface Spell {
  from: EpochMs;
  /** Exclusive. */
  to: EpochMs;
}

export interface Hits {
  /** How long was measured and how long of that it was over the line, in ms. */
  measuredMs: number;
  hitMs: number;
  /** The same of the last `RECENT_MS` of the window. */
  recentMeasuredMs: number;
  recentHitMs: number;
  spells: Spell[];
}

export const RECENT_MS = 15 * MINUTE_MS;

/** A gap ends a spell: what was not measured was not over the line. */
export function hitsOf(
  { points, periodMs }: Series,
  { to }: MetricWindow,
  isHit: (point: MetricPoint) => boolean,
): Hits {
  const hits = points.filter(isHit);
  const spells: Spell[] = [];
  for (const { at } of hits) {
    const last = spells.at(-1);
    if (last !== undefined && last.to === at) last.to = at + periodMs;
    else spells.push({ from: at, to: at + periodMs });
  }
  const isRecent = ({ at }: MetricPoint) => at >= to - RECENT_MS;
  return {
    measuredMs: points.length * periodMs,
    hitMs: hits.length * periodMs,
    recentMeasuredMs: points.filter(isRecent).length * periodMs,
    recentHitMs: hits.filter(isRecent).length * periodMs,
    spells,
  };
}

/** The first of the longest ones. */
export function longestOf(spells: readonly Spell[]): Spell | undefined {
  return spells.reduce<Spell | undefined>(
    (best, spell) => (best === undefined || lengthOf(spell) > lengthOf(best) ? spell : best),
    undefined,
  );
}

export function lengthOf({ from, to }: Spell): number {
  return to - from;
}
