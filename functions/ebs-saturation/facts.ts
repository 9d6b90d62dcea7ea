import { type EpochMs, HOUR_MS } from '../../shared/clock.ts';
import { instanceIdOf } from '../../shared/cluster/node-match.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Node, Pod } from '../../shared/ports/kubernetes.ts';
import type { Modification, Volume } from '../../shared/ports/volumes.ts';
import { type Changes, readChanges } from './changes.ts';
import type { Mate } from './diagnose/types.ts';
import { type LongUse, readLongUse } from './measure/long-use.ts';
import type { Measured } from './measure/measured.ts';
import { readMeasured } from './measure/read.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { readAlarms } from './reading/alarms.ts';
import { type ClaimFacts, readClaim } from './reading/claims.ts';
import { follow, type HostFacts, readHost } from './reading/host.ts';
import { readMates } from './reading/mates.ts';
import { type AlarmReading, isSteppingBack } from './standing.ts';

/** Everything the playbook may know, each part with its source and time. */
export interface EbsSaturationFacts extends HostFacts {
  volume: Fact<Volume>;
  /** The newest one; null: never modified. */
  modification: Fact<Modification | null>;
  measured: Measured;
  /** Null: the cluster has no Node of this instance. */
  node: Fact<Node | null>;
  /** Of the node. */
  pods: Fact<Pod[]>;
  mates: Fact<Mate[]>;
  /** Null: no claim of the cluster is behind the volume. */
  claim: Fact<ClaimFacts | null>;
  /** Null: Paramedic never changed it. */
  changes: Fact<Changes | null>;
  /** Of the alarms whose news is old: empty while it is fresh. */
  alarms: Fact<AlarmReading[]>;
  /** Absent: nothing is to be given back. */
  longUse?: LongUse;
}

/** A fresh node's boot is looked at beside its mates'. */
const BOOTED_LATELY_MS = 2 * HOUR_MS;

/** About five calls of EC2, three of CloudWatch (one more where an alarm's news is old, twelve for a node that booted lately) and five lists of the cluster. */
export async function gather({
  ports,
  incident,
  policy,
}: GatherInput<EbsSaturationPolicy>): Promise<EbsSaturationFacts> {
  const at = ports.clock.now();
  const reading = { ...ports, at };
  const volume = await readVolume(reading, incident.subject);
  const id = volume.known ? volume.value.id : incident.subject.id;
  const host = await readHost(reading, volume);
  const instanceId = host.instance.known ? host.instance.value?.id : undefined;
  const connected = await readFact('Kubernetes', at, () => ports.kubernetes.connect(incident.cluster));
  const nodes = await follow(connected, 'Nodes', (kubernetes) => kubernetes.listNodes());
  const node = await follow(
    nodes,
    'Nodes',
    async (all) => all.find((each) => instanceIdOf(each) === instanceId) ?? null,
  );
  return {
    ...host,
    volume,
    modification: await readFact('EC2 DescribeVolumesModifications', at, async () => {
      const [latest] = await ports.volumes.describeModifications([id]);
      return latest ?? null;
    }),
    measured: await readMeasured(ports.usage, { volumeId: id, instanceId, at }),
    node,
    pods: await follow(connected, 'Pods of the node', async (kubernetes) => {
      const name = node.known ? node.value?.metadata?.name : undefined;
      return name === undefined ? [] : await kubernetes.listPods({ nodeName: name });
    }),
    mates: await matesOf(reading, { host, node, nodes }, at),
    claim: await follow(connected, 'PersistentVolumes', (kubernetes) => readClaim(kubernetes, id)),
    changes: await readFact('the ledger', at, async () => {
      return (await readChanges(ports.table, incident.cluster, id)) ?? null;
    }),
    alarms: await readAlarms(ports.alarms, incident.signals, at),
    ...(isSteppingBack(incident.signals) && {
      longUse: await readLong(reading, volume, policy.changes.stepBack.quietFor),
    }),
  };
}

type Reading = GatherInput<EbsSaturationPolicy>['ports'] & { at: EpochMs };

/** Over the whole time for which it has to have been quiet. */
async function readLong({ usage, at }: Reading, volume: Fact<Volume>, lookBackMs: number): Promise<LongUse> {
  if (!volume.known) return { quietSince: volume, p99: volume };
  return await readLongUse(usage, { volume: volume.value, at, lookBackMs });
}

/** Of an instance it is the volume that is provisioned for most: an alarm on the instance names none. */
async function readVolume(
  { ec2, volumes, at }: Reading,
  { kind, id }: { kind: string; id: string },
): Promise<Fact<Volume>> {
  return await readFact('EC2 DescribeVolumes', at, async () => {
    const ids =
      kind === 'volume' ? [id] : ((await ec2.describeInstances([id]))[0]?.volumes ?? []).map((v) => v.id);
    const [first, ...others] = ids;
    if (first === undefined) throw new Error(`EC2 names no volume of ${id}`);
    const found = await volumes.describeVolumes([first, ...others]);
    const most = found.toSorted((left, right) => (right.iops ?? 0) - (left.iops ?? 0))[0];
    if (most === undefined) throw new Error(`EC2 does not return ${first}`);
    return most;
  });
}

async function matesOf(
  ports: Reading,
  { host, node, nodes }: { host: HostFacts; node: Fact<Node | null>; nodes: Fact<Node[]> },
  at: EpochMs,
): Promise<Fact<Mate[]>> {
  const launchedAt = host.instance.known ? host.instance.value?.launchedAt : undefined;
  const isFresh = launchedAt !== undefined && at - launchedAt < BOOTED_LATELY_MS;
  if (!isFresh || !host.isRoot.known || !host.isRoot.value) return known([], 'EC2', at);
  if (!node.known || !nodes.known) return unknown('the nodes were not read', 'Nodes', at);
  const { value } = node;
  if (value === null) return unknown('the cluster has no Node of it', 'Nodes', at);
  return await readFact('nodes of its group', at, () =>
    readMates(ports, { node: value, nodes: nodes.value, launchedAt }),
  );
}
