import { MINUTE_MS } from '../../../shared/clock.ts';
import { type Fact, unknown } from '../../../shared/fact.ts';
import type { Measured, Series } from './measured.ts';
import { usedOf } from './used.ts';

/** How long one operation waits, in ms by the minute: the queue by what is done a second, by Little's law. */
export function waitsOf(measured: Pick<Measured, 'series'>): Fact<Series> {
  const { queueLength } = measured.series;
  const { iops } = usedOf(measured);
  if (!queueLength.known) return queueLength;
  if (!iops.known) return iops;
  const queue = new Map(queueLength.value.points.map(({ at, value }) => [at, value]));
  const points = iops.value.points.flatMap(({ at, value }) => {
    const waiting = queue.get(at);
    return waiting === undefined || value === 0 ? [] : [{ at, value: (waiting / value) * 1_000 }];
  });
  const { source, at } = queueLength;
  if (points.length === 0) return unknown('no minute has both', source, at);
  return { known: true, value: { points, periodMs: MINUTE_MS }, source, at };
}
