import type { EpochMs } from '../../../shared/clock.ts';
import { HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import type { MetricQuery, MetricSeries, Usage } from '../../../shared/ports/usage.ts';
import type { Figures } from '../limits/performance.ts';

const MIB = 1024 * 1024;
const LOOK_BACK_MS = 3 * HOUR_MS;
const NAMES = ['VolumeReadOps', 'VolumeWriteOps', 'VolumeReadBytes', 'VolumeWriteBytes'] as const;
/** As many as one request takes, and more than one instance has. */
const MAX_VOLUMES = 40;

/**
 * What volumes used at the most in one minute of the last three hours, in one GetMetricData; null for one that was not
 * measured. Provisioned performance that nobody uses takes nothing from the instance.
 */
export async function readUse(
  usage: Usage,
  ids: readonly string[],
  at: EpochMs,
): Promise<ReadonlyMap<string, Figures | null>> {
  const asked = ids.slice(0, MAX_VOLUMES);
  const [first, ...others] = asked.flatMap((VolumeId) => NAMES.map((name) => queryOf(name, VolumeId)));
  if (first === undefined) return new Map();
  const to = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const series = await usage.readMetrics([first, ...others], { from: to - LOOK_BACK_MS, to });
  return new Map(
    asked.map((id, index) => {
      const own = series.slice(index * NAMES.length, (index + 1) * NAMES.length);
      return [id, usedOf(own)] as const;
    }),
  );
}

function queryOf(name: string, VolumeId: string): MetricQuery {
  return { namespace: 'AWS/EBS', name, dimensions: { VolumeId }, statistic: 'Sum', periodMs: MINUTE_MS };
}

function usedOf([readOps, writeOps, readBytes, writeBytes]: readonly MetricSeries[]): Figures | null {
  const operations = mostOf(readOps, writeOps);
  const bytes = mostOf(readBytes, writeBytes);
  if (operations === undefined || bytes === undefined) return null;
  return { iops: Math.ceil(operations / 60), throughputMib: Math.ceil(bytes / 60 / MIB) };
}

/** Of both together; undefined: never measured in full. */
function mostOf(one: MetricSeries | undefined, other: MetricSeries | undefined): number | undefined {
  if (one?.complete !== true || other?.complete !== true) return undefined;
  const second = new Map(other.points.map(({ at, value }) => [at, value]));
  const sums = one.points.flatMap(({ at, value }) => {
    const more = second.get(at);
    return more === undefined ? [] : [value + more];
  });
  return sums.length === 0 ? undefined : Math.max(...sums);
}
