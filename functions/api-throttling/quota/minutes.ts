import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { MetricPoint, MetricSeries } from '../../../shared/ports/usage.ts';

/** One figure by the minute, at least one point. */
export interface Minutes {
  /** Ascending by time. */
  points: MetricPoint[];
  total: number;
  peak: MetricPoint;
}

/** The series added up minute by minute. Without any data, or without all of it, they are unknown. */
export function minutesOf(series: readonly MetricSeries[], source: string, at: EpochMs): Fact<Minutes> {
  if (series.some(({ complete }) => !complete)) return unknown('CloudWatch gave only a part', source, at);
  const sums = new Map<EpochMs, number>();
  for (const { points } of series) {
    for (const point of points) sums.set(point.at, (sums.get(point.at) ?? 0) + point.value);
  }
  const points = [...sums].map(([minute, value]) => ({ at: minute, value }));
  points.sort((one, other) => one.at - other.at);
  const [first] = points;
  if (first === undefined) return unknown('no data in this window', source, at);
  const peak = points.reduce((best, point) => (point.value > best.value ? point : best), first);
  return known({ points, total: points.reduce((sum, { value }) => sum + value, 0), peak }, source, at);
}

/** A count over the whole window. */
export function totalOf(minutes: Fact<Minutes>): Fact<number> {
  return minutes.known ? { ...minutes, value: minutes.value.total } : minutes;
}

export interface PeakHour {
  from: EpochMs;
  to: EpochMs;
  total: number;
}

/**
 * The hour that holds most, beginning at a point (no other hour holds more); the earliest of equal ones. AWS Support
 * asks for it. Undefined without points.
 */
export function peakHour(points: readonly MetricPoint[]): PeakHour | undefined {
  const sorted = [...points].sort((one, other) => one.at - other.at);
  let best: PeakHour | undefined;
  let total = 0;
  let end = 0;
  for (const { at, value } of sorted) {
    for (let next = sorted[end]; next !== undefined && next.at < at + HOUR_MS; next = sorted[end]) {
      total += next.value;
      end += 1;
    }
    if (best === undefined || total > best.total) best = { from: at, to: at + HOUR_MS, total };
    total -= value;
  }
  return best;
}
