/** What it means that an alarm watches a metric. `ops`, `bytes` and `time` are what math alarms are made of. */
export type MetricSays =
  | 'iops-limit'
  | 'throughput-limit'
  | 'instance-iops'
  | 'instance-throughput'
  | 'burst'
  | 'latency'
  | 'queue'
  | 'stalled'
  | 'ops'
  | 'bytes'
  | 'time';

/** The namespace whose metrics are each of one volume. */
export const VOLUMES = 'AWS/EBS';
const INSTANCES = 'AWS/EC2';

/** Namespace → metric → what it says. An alarm on none of these is none of ours. */
const METRICS: Readonly<Record<string, Readonly<Record<string, MetricSays>>>> = {
  [VOLUMES]: {
    VolumeIOPSExceededCheck: 'iops-limit',
    VolumeThroughputExceededCheck: 'throughput-limit',
    VolumeStalledIOCheck: 'stalled',
    BurstBalance: 'burst',
    VolumeAvgReadLatency: 'latency',
    VolumeAvgWriteLatency: 'latency',
    VolumeQueueLength: 'queue',
    VolumeReadOps: 'ops',
    VolumeWriteOps: 'ops',
    VolumeAvgIOPS: 'ops',
    VolumeConsumedReadWriteOps: 'ops',
    // In spite of its name the share of the provisioned IOPS that was delivered.
    VolumeThroughputPercentage: 'ops',
    VolumeReadBytes: 'bytes',
    VolumeWriteBytes: 'bytes',
    VolumeAvgThroughput: 'bytes',
    VolumeTotalReadTime: 'time',
    VolumeTotalWriteTime: 'time',
    VolumeIdleTime: 'time',
  },
  [INSTANCES]: {
    InstanceEBSIOPSExceededCheck: 'instance-iops',
    InstanceEBSThroughputExceededCheck: 'instance-throughput',
    'EBSIOBalance%': 'burst',
    'EBSByteBalance%': 'burst',
    EBSReadOps: 'ops',
    EBSWriteOps: 'ops',
    EBSReadBytes: 'bytes',
    EBSWriteBytes: 'bytes',
  },
};

/** Undefined: not one of these, whatever the two are. */
export function meaningOf(namespace: unknown, name: unknown): { name: string; says: MetricSays } | undefined {
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  const metrics = Object.hasOwn(METRICS, namespace) ? METRICS[namespace] : undefined;
  const says = metrics !== undefined && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  return says === undefined ? undefined : { name, says };
}
