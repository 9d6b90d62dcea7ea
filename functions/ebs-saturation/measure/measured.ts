import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, unknown } from '../../../shared/fact.ts';
import type { MetricPoint, MetricWindow } from '../../../shared/ports/usage.ts';
import { SERIES_NAMES, type SeriesName } from './names.ts';

/** A figure by periods of one length. */
export interface Series {
  /** Ascending by time, at least one, finite and not negative. A period without a point was not measured. */
  points: MetricPoint[];
  periodMs: number;
}

/** What CloudWatch shows of one volume and its instance; a series that could not be read says why. */
export interface Measured {
  volumeId: string;
  /** Undefined: attached to none. */
  instanceId: string | undefined;
  window: MetricWindow;
  series: Record<SeriesName, Fact<Series>>;
}

/** The points in their order, or why there is nothing to go by. */
export function seriesOf(
  points: readonly MetricPoint[],
  periodMs: number,
  { window: { from, to }, source, at }: { window: MetricWindow; source: string; at: EpochMs },
): Fact<Series> {
  const kept = points
    .filter(({ at: time, value }) => time >= from && time < to && Number.isFinite(value) && value >= 0)
    .toSorted((one, other) => one.at - other.at);
  if (kept.length === 0) return unknown('no data in this window', source, at);
  return { known: true, value: { points: kept, periodMs }, source, at };
}

/** Only what was measured from `from` on: before it the volume was another one. */
export function since(measured: Measured, from: EpochMs): Measured {
  return between(measured, { from: Math.max(from, measured.window.from), to: measured.window.to });
}

export function between(measured: Measured, window: MetricWindow): Measured {
  const series = { ...measured.series };
  for (const name of SERIES_NAMES) {
    const fact = series[name];
    if (!fact.known) continue;
    const { source, at, value } = fact;
    series[name] = seriesOf(value.points, value.periodMs, { window, source, at });
  }
  return { ...measured, window, series };
}
