import { type EpochMs, HOUR_MS } from '../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Kubernetes, Node, Pod } from '../../shared/ports/kubernetes.ts';
import type { Modification, Volume } from '../../shared/ports/volumes.ts';
import { type Changes, readChanges } from './changes.ts';
import type { Mate } from './diagnose/types.ts';
import { type LongUse, readLongUse } from './measure/long-use.ts';
import type { Measured } from './measure/measured.ts';
import { readMeasured } from './measure/read.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { type ClaimFacts, readClaim } from './reading/claims.ts';
import { follow, type HostFacts, readHost } from './reading/host.ts';
import { readMates } from './reading/mates.ts';
import { nodeOf } from './reading/node.ts';
import { readSubject } from './reading/subject.ts';
import { isSteppingBack } from './standing.ts';

/** Everything the playbook may know, each part with its source and time. */
export interface EbsSaturationFacts extends HostFacts {
  /** The one the incident is looked at by. */
  volume: Fact<Volume>;
  /** The newest one; null: never modified. */
  modification: Fact<Modification | null>;
  measured: Measured;
  /** Null: the cluster has no Node of this instance, or the volume is attached to no one instance. */
  node: Fact<Node | null>;
  /** Of the node. */
  pods: Fact<Pod[]>;
  mates: Fact<Mate[]>;
  /** Null: no claim of the cluster is behind the volume. */
  claim: Fact<ClaimFacts | null>;
  /** Null: Paramedic never changed it. */
  changes: Fact<Changes | null>;
  /** Absent: nothing is to be given back. */
  longUse?: LongUse;
}

/** A fresh node's boot is looked at beside its mates'. */
const BOOTED_LATELY_MS = 2 * HOUR_MS;

/** About five calls of EC2, three of CloudWatch (twelve for a node that booted lately) and five lists of the cluster. */
export async function gather({
  ports,
  incident,
  policy,
}: GatherInput<EbsSaturationPolicy>): Promise<EbsSaturationFacts> {
  const at = ports.clock.now();
  const reading = { ...ports, at };
  const subject = await readSubject(reading, incident);
  const { volume } = subject;
  const id = volume.known ? volume.value.id : incident.subject.id;
  const host = await readHost(reading, subject);
  const connected = await readFact('Kubernetes', at, () => ports.kubernetes.connect(incident.cluster));
  const nodes = await follow(connected, 'Nodes', (kubernetes) => kubernetes.listNodes());
  const node = nodeOf(host.instance, nodes);
  return {
    ...host,
    volume,
    modification: await readFact('EC2 DescribeVolumesModifications', at, async () => {
      const [latest] = await ports.volumes.describeModifications([id]);
      return latest ?? null;
    }),
    measured: await readMeasured(ports.usage, { volumeId: id, instanceId: placeOf(volume), at }),
    node,
    pods: await podsOf(connected, node),
    mates: await matesOf(reading, { host, node, nodes }, at),
    claim: await follow(connected, 'PersistentVolumes', (kubernetes) => readClaim(kubernetes, id)),
    changes: await readFact('the ledger', at, async () => {
      return (await readChanges(ports.table, incident.cluster, id)) ?? null;
    }),
    ...(isSteppingBack(incident.signals) && {
      longUse: await readLong(reading, volume, policy.changes.stepBack.quietFor),
    }),
  };
}

/** Not read is not empty: an unknown Node has unknown pods. */
async function podsOf(connected: Fact<Kubernetes>, node: Fact<Node | null>): Promise<Fact<Pod[]>> {
  const source = 'Pods of the node';
  if (!node.known) return { ...node, source };
  const name = node.value?.metadata?.name;
  if (name === undefined) return known([], source, node.at);
  return await follow(connected, source, (kubernetes) => kubernetes.listPods({ nodeName: name }));
}

type Reading = GatherInput<EbsSaturationPolicy>['ports'] & { at: EpochMs };

/** Over the whole time for which it has to have been quiet. */
async function readLong({ usage, at }: Reading, volume: Fact<Volume>, lookBackMs: number): Promise<LongUse> {
  if (!volume.known) return { quietSince: volume, p99: volume };
  return await readLongUse(usage, { volume: volume.value, at, lookBackMs });
}

/** Where it is attached by EC2's word for the volume, whether or not the instance could be read. */
function placeOf(volume: Fact<Volume>): string | undefined {
  const [place, ...more] = volume.known ? volume.value.attachments : [];
  return more.length === 0 ? place?.instanceId : undefined;
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
