import { type EpochMs, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Measured } from '../measure/measured.ts';
import type { SeriesName } from '../measure/names.ts';
import type { Resource } from '../measure/used.ts';

/** How a volume did around the start of its instance. */
export interface BootWindow {
  from: EpochMs;
  to: EpochMs;
  /** Of the window: measured, and short of something. */
  measuredMs: number;
  shortMs: number;
  /** Short outside of it. */
  elsewhereMs: number;
  short: Resource[];
  /** The checks that tell. */
  basedOn: SeriesName[];
}

export const BOOT_MS = 10 * MINUTE_MS;
const CHECKS = [
  { name: 'iopsExceeded', resource: 'iops' },
  { name: 'throughputExceeded', resource: 'throughput' },
] as const;
/** Of the window: with less nobody knows how the boot went. */
const ENOUGH_MS = 3 * MINUTE_MS;

/** By AWS's own checks: how much of a new volume is used says nothing of what was asked for. */
export function bootWindowOf({ series }: Pick<Measured, 'series'>, launchedAt: EpochMs): Fact<BootWindow> {
  const { source, at } = series.iopsExceeded;
  const from = launchedAt - BOOT_MS;
  const to = launchedAt + BOOT_MS;
  const short: Resource[] = [];
  const basedOn: SeriesName[] = [];
  const measured = new Set<EpochMs>();
  const minutes = new Set<EpochMs>();
  for (const { name, resource } of CHECKS) {
    const fact = series[name];
    if (!fact.known) continue;
    basedOn.push(name);
    const hits = fact.value.points.filter(({ value }) => value > 0);
    for (const point of fact.value.points) measured.add(point.at);
    for (const hit of hits) minutes.add(hit.at);
    if (hits.some((hit) => hit.at >= from && hit.at < to)) short.push(resource);
  }
  if (!series.iopsExceeded.known && basedOn.length === 0) return series.iopsExceeded;
  const within = (all: ReadonlySet<EpochMs>) => [...all].filter((time) => time >= from && time < to).length;
  const measuredMs = within(measured) * MINUTE_MS;
  if (measuredMs < ENOUGH_MS) return unknown(`not measured around ${isoTime(launchedAt)}`, source, at);
  const shortMs = within(minutes) * MINUTE_MS;
  const elsewhereMs = minutes.size * MINUTE_MS - shortMs;
  return known({ from, to, measuredMs, shortMs, elsewhereMs, short, basedOn }, source, at);
}
