import { isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { type Series as Chart, sparkline } from '../../../shared/notify/slack/sparkline.ts';
import type { MetricWindow } from '../../../shared/ports/usage.ts';
import { limitOf } from '../diagnose/limit.ts';
import { shown } from '../diagnose/lines.ts';
import type { Input } from '../diagnose/types.ts';
import { RESOURCES, UNIT } from '../diagnose/verdict.ts';
import type { Series } from '../measure/measured.ts';
import { figuresOf } from '../measure/statistics.ts';
import { usedOf } from '../measure/used.ts';

/** Used against provisioned, a line each, over the whole look-back; what was not measured is a gap. */
export function chartLines({ measured, performance }: Pick<Input, 'measured' | 'performance'>): string[] {
  const used = usedOf(measured);
  return RESOURCES.flatMap((resource) => {
    const fact = used[resource];
    const figures = fact.known ? figuresOf(fact.value.points) : undefined;
    if (!fact.known || figures === undefined) return [];
    const limit = performance.known ? limitOf(performance.value, resource)?.always : undefined;
    const of = limit === undefined ? '' : `, provisioned ${shown(limit)}`;
    const bars = sparkline(chartOf(fact.value, measured.window));
    const { from, to } = measured.window;
    return [
      `${UNIT[resource]} ${isoTime(from)} to ${isoTime(to)}: ${bars} at most ${shown(figures.max.value)}${of}`,
    ];
  });
}

/** A value for every minute of the window. */
function chartOf({ points }: Series, { from, to }: MetricWindow): Chart {
  const values = new Map(points.map(({ at, value }) => [at, value]));
  const minutes = Math.max(0, Math.ceil((to - from) / MINUTE_MS));
  return Array.from({ length: minutes }, (_, index) => values.get(from + index * MINUTE_MS));
}
