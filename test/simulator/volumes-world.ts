import type { Metric, MetricPoint, MetricQuery } from '../../shared/ports/usage.ts';
import type { Modification, Volume, VolumeChange } from '../../shared/ports/volumes.ts';
import { type Bench, bench, type ClusterInput, demoCluster } from './harness.ts';

export const GP3_FAST = { type: 'gp3', iops: 6_000, throughputMib: 250 };

export interface EbsBench extends Bench {
  /** The root volume of the first node. */
  root: string;
  /** The volume of the pod `db-0`. */
  data: string;
  instance: string;
  volume(id: string): Promise<Volume>;
  modification(id: string): Promise<Modification | undefined>;
  modify(id: string, change?: Omit<VolumeChange, 'id'>): Promise<Modification>;
  /** Results of the EBS events so far. */
  told(): unknown[];
  /** Of the last minutes, up to now. */
  series(metric: Metric, statistic: MetricQuery['statistic'], minutes: number): Promise<MetricPoint[]>;
}

/** One node of that type, with a StatefulSet of one pod that has a volume. */
export async function ebsBench(
  parts: Partial<ClusterInput> & { type?: string; volumeClass?: string } = {},
): Promise<EbsBench> {
  const { type = 'm6i.4xlarge', volumeClass, ...cluster } = parts;
  const groups = [{ name: 'workers', kind: 'self-managed' as const, count: 1, type }];
  const db = { name: 'db', kind: 'StatefulSet' as const, volume: true, ...(volumeClass && { volumeClass }) };
  const made = await bench({ clusters: [demoCluster({ groups, workloads: [db], ...cluster })] });
  const { run, ports, kubernetes, world } = made;
  const { id: instance } = world.instance('workers/0');
  const [described] = await run(ports.ec2.describeInstances([instance]));
  const [pv] = await run(kubernetes.listPersistentVolumes());
  const root = described?.volumes?.[0]?.id ?? '';
  return { ...made, instance, root, data: pv?.spec?.csi?.volumeHandle ?? '', ...callsOf(made) };
}

type Calls = Pick<EbsBench, 'volume' | 'modification' | 'modify' | 'told' | 'series'>;

function callsOf({ run, ports, world }: Bench): Calls {
  return {
    volume: async (id) => {
      const [volume] = await run(ports.volumes.describeVolumes([id]));
      if (volume === undefined) throw new Error(`no volume ${id}`);
      return volume;
    },
    modification: async (id) => (await run(ports.volumes.describeModifications([id])))[0],
    modify: (id, change = GP3_FAST) => run(ports.volumes.modifyVolume({ id, ...change })),
    told: () =>
      world.events
        .filter((event) => event['detail-type'] === 'EBS Volume Notification')
        .map(({ detail }) => detail['result']),
    series: async (metric, statistic, minutes) => {
      const to = Math.floor(world.clock.now() / 60_000) * 60_000;
      const query = { ...metric, statistic, periodMs: 60_000 };
      const [read] = await run(ports.usage.readMetrics([query], { from: to - minutes * 60_000, to }));
      return read?.points ?? [];
    },
  };
}
