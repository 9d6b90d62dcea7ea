import { MINUTE_MS } from '../../../shared/clock.ts';
import type { Metric, MetricQuery } from '../../../shared/ports/usage.ts';

/** What is read of a volume and of the instance it is attached to. */
export type SeriesName =
  | 'readOps'
  | 'writeOps'
  | 'readBytes'
  | 'writeBytes'
  | 'queueLength'
  | 'idleTime'
  | 'burstBalance'
  | 'iopsExceeded'
  | 'throughputExceeded'
  | 'stalled'
  | 'readLatency'
  | 'writeLatency'
  | 'instanceIopsExceeded'
  | 'instanceThroughputExceeded'
  | 'instanceIopsBalance'
  | 'instanceThroughputBalance';

export interface Spec {
  /** Whose it is: `AWS/EBS` by volume, or `AWS/EC2` by instance. */
  of: 'volume' | 'instance';
  metric: string;
  statistic: MetricQuery['statistic'];
  periodMs: number;
}

/** Of basic monitoring, and good enough for a bucket that fills in hours. */
const BALANCE_MS = 5 * MINUTE_MS;

/** Checks are 0 or 1 by the minute; a balance counts by its lowest, because it limits while it is empty. */
export const SPECS: Readonly<Record<SeriesName, Spec>> = {
  readOps: ofVolume('VolumeReadOps', 'Sum'),
  writeOps: ofVolume('VolumeWriteOps', 'Sum'),
  readBytes: ofVolume('VolumeReadBytes', 'Sum'),
  writeBytes: ofVolume('VolumeWriteBytes', 'Sum'),
  queueLength: ofVolume('VolumeQueueLength', 'Average'),
  idleTime: ofVolume('VolumeIdleTime', 'Sum'),
  burstBalance: { ...ofVolume('BurstBalance', 'Minimum'), periodMs: BALANCE_MS },
  iopsExceeded: ofVolume('VolumeIOPSExceededCheck', 'Maximum'),
  throughputExceeded: ofVolume('VolumeThroughputExceededCheck', 'Maximum'),
  stalled: ofVolume('VolumeStalledIOCheck', 'Maximum'),
  readLatency: ofVolume('VolumeAvgReadLatency', 'Maximum'),
  writeLatency: ofVolume('VolumeAvgWriteLatency', 'Maximum'),
  instanceIopsExceeded: ofInstance('InstanceEBSIOPSExceededCheck', 'Maximum'),
  instanceThroughputExceeded: ofInstance('InstanceEBSThroughputExceededCheck', 'Maximum'),
  instanceIopsBalance: { ...ofInstance('EBSIOBalance%', 'Minimum'), periodMs: BALANCE_MS },
  instanceThroughputBalance: { ...ofInstance('EBSByteBalance%', 'Minimum'), periodMs: BALANCE_MS },
};

export const SERIES_NAMES = Object.keys(SPECS) as SeriesName[];

export const NAMESPACES = { volume: 'AWS/EBS', instance: 'AWS/EC2' } as const;

function ofVolume(metric: string, statistic: MetricQuery['statistic']): Spec {
  return { of: 'volume', metric, statistic, periodMs: MINUTE_MS };
}

function ofInstance(metric: string, statistic: MetricQuery['statistic']): Spec {
  return { of: 'instance', metric, statistic, periodMs: MINUTE_MS };
}

export function sourceOf(name: SeriesName): string {
  return `CloudWatch ${SPECS[name].metric}`;
}

/** What the newer metrics of a volume are published by is not documented: `{VolumeId}` or with the instance. */
export function publishedAs(
  listed: readonly Metric[],
  { of, metric }: Spec,
  { volumeId, instanceId }: { volumeId: string; instanceId: string | undefined },
): Metric | undefined {
  const wanted: Record<string, string>[] = [];
  if (instanceId !== undefined) {
    wanted.push(
      of === 'volume' ? { VolumeId: volumeId, InstanceId: instanceId } : { InstanceId: instanceId },
    );
  }
  if (of === 'volume') wanted.push({ VolumeId: volumeId });
  const found = listed.filter(({ namespace, name }) => namespace === NAMESPACES[of] && name === metric);
  return wanted.map((dimensions) => found.find((each) => isSame(each.dimensions, dimensions))).find(Boolean);
}

/** One dimension more or less is another metric. */
function isSame(one: Metric['dimensions'], other: Metric['dimensions']): boolean {
  const names = Object.keys(other);
  return Object.keys(one).length === names.length && names.every((name) => one[name] === other[name]);
}
