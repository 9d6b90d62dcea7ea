import type { EpochMs } from '../../../shared/clock.ts';
import { HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import type { MetricQuery, MetricSeries, MetricWindow, Usage } from '../../../shared/ports/usage.ts';
import type { MeasuredUse } from '../attached.ts';
import { isActive, reachOf } from '../diagnose/reach.ts';
import type { Figures } from '../limits/performance.ts';
import { seriesOf } from '../measure/measured.ts';
import { RECENT_MS } from '../measure/statistics.ts';

const MIB = 1024 * 1024;
const LOOK_BACK_MS = 3 * HOUR_MS;
const SOURCE = 'CloudWatch AWS/EBS';
const NAMES = ['VolumeReadOps', 'VolumeWriteOps', 'VolumeReadBytes', 'VolumeWriteBytes'] as const;
const CHECKS = ['VolumeIOPSExceededCheck', 'VolumeThroughputExceededCheck'] as const;
/** Of each volume: its uses, and each check by both sets of dimensions it may be published by. */
const SERIES = NAMES.length + 2 * CHECKS.length;
/** As many as one request takes, and more than one instance has. */
const MAX_VOLUMES = 40;

/**
 * What volumes used at the most in one minute, and whether they are short of it, in one GetMetricData; one that was not
 * asked for is missing. Provisioned performance that nobody uses takes nothing from the instance.
 */
export async function readUse(
  usage: Usage,
  { instanceId, ids, at }: { instanceId: string; ids: readonly string[]; at: EpochMs },
): Promise<ReadonlyMap<string, MeasuredUse>> {
  const asked = ids.slice(0, MAX_VOLUMES);
  const [first, ...others] = asked.flatMap((id) => queriesOf(id, instanceId));
  if (first === undefined) return new Map();
  const to = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const window = { from: to - LOOK_BACK_MS, to };
  const series = await usage.readMetrics([first, ...others], window);
  return new Map(
    asked.map(
      (id, index) => [id, useOf(series.slice(index * SERIES, (index + 1) * SERIES), window)] as const,
    ),
  );
}

function queriesOf(VolumeId: string, InstanceId: string): MetricQuery[] {
  const query = (
    name: string,
    statistic: MetricQuery['statistic'],
    dimensions: Record<string, string> = { VolumeId },
  ): MetricQuery => ({ namespace: 'AWS/EBS', name, dimensions, statistic, periodMs: MINUTE_MS });
  const both = { VolumeId, InstanceId };
  return [
    ...NAMES.map((name) => query(name, 'Sum')),
    ...CHECKS.flatMap((name) => [query(name, 'Maximum', both), query(name, 'Maximum')]),
  ];
}

function useOf(own: readonly MetricSeries[], window: MetricWindow): MeasuredUse {
  const uses = own.slice(0, NAMES.length);
  const [iopsWith, iops, throughputWith, throughput] = own.slice(NAMES.length);
  return {
    most: usedOf(uses, window.from),
    recent: usedOf(uses, window.to - RECENT_MS),
    short: {
      iops: isShort([iopsWith, iops], window),
      throughput: isShort([throughputWith, throughput], window),
    },
  };
}

function usedOf([readOps, writeOps, readBytes, writeBytes]: readonly MetricSeries[], from: EpochMs) {
  const operations = mostOf(readOps, writeOps, from);
  const bytes = mostOf(readBytes, writeBytes, from);
  if (operations === undefined || bytes === undefined) return null;
  const used: Figures = { iops: Math.ceil(operations / 60), throughputMib: Math.ceil(bytes / 60 / MIB) };
  return used;
}

/** Of both together; undefined: never measured in full. */
function mostOf(
  one: MetricSeries | undefined,
  other: MetricSeries | undefined,
  from: EpochMs,
): number | undefined {
  if (one?.complete !== true || other?.complete !== true) return undefined;
  const second = new Map(other.points.map(({ at, value }) => [at, value]));
  const sums = one.points.flatMap(({ at, value }) => {
    const more = second.get(at);
    return more === undefined || at < from ? [] : [value + more];
  });
  return sums.length === 0 ? undefined : Math.max(...sums);
}

/** As the diagnosis judges a check; null: not published, or hardly measured of late. */
function isShort(checks: readonly (MetricSeries | undefined)[], window: MetricWindow): boolean | null {
  const published = checks.find((check) => check !== undefined && check.points.length > 0);
  if (published?.complete !== true) return null;
  const series = seriesOf(published.points, MINUTE_MS, { window, source: SOURCE, at: window.to });
  const reach = reachOf(series, window, ({ value }) => value > 0);
  return reach.known ? isActive(reach.value) : null;
}
