import { type EpochMs, HOUR_MS } from '../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Kubernetes, Node, Pod } from '../../shared/ports/kubernetes.ts';
import type { Modification, TemplateVersion, Volume } from '../../shared/ports/volumes.ts';
import { type NodeVolume, nodeVolumeOf } from './boot/node-volume.ts';
import { type Changes, readChanges } from './changes.ts';
import type { Mate } from './diagnose/types.ts';
import { allOf, type LongUse, readLongUse } from './measure/long-use.ts';
import type { Measured } from './measure/measured.ts';
import { readMeasured } from './measure/read.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { type ClaimFacts, readClaim } from './reading/claims.ts';
import { follow, type HostFacts, readHost } from './reading/host.ts';
import { openAtHost } from './reading/host-incident.ts';
import { readMates } from './reading/mates.ts';
import { nodeOf } from './reading/node.ts';
import { readSubject } from './reading/subject.ts';
import { readTemplate } from './reading/template.ts';
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
  /** Null: it is none that nodes are made with. */
  nodeVolume: Fact<NodeVolume | null>;
  mates: Fact<Mate[]>;
  /** What its instance was made from. Absent: nothing was to be found out about its boot. */
  template?: Fact<TemplateVersion>;
  /** Null: no claim of the cluster is behind the volume. */
  claim: Fact<ClaimFacts | null>;
  /** Null: Paramedic never changed it. */
  changes: Fact<Changes | null>;
  /** Absent: nothing is to be given back. */
  longUse?: LongUse;
}

/** A fresh node's boot is looked at beside its mates'. */
const BOOTED_LATELY_MS = 2 * HOUR_MS;

/**
 * About five calls of EC2, three of CloudWatch and five lists of the cluster; for a node that booted lately two more of EC2
 * and nine more of CloudWatch.
 */
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
  const nodeVolume = nodeVolumeOf({ ...host, volume, node });
  const fresh = freshOf(host, nodeVolume, at);
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
    nodeVolume,
    mates: await matesOf(reading, fresh, { node, nodes }),
    ...(fresh !== undefined &&
      !isOfAutoMode(fresh.instance) && {
        template: await readTemplate(ports.volumes, fresh.instance, at),
      }),
    claim: await follow(connected, 'PersistentVolumes', (kubernetes) => readClaim(kubernetes, id)),
    changes: await readFact('the ledger', at, async () => {
      return (await readChanges(ports.table, incident.cluster, id)) ?? null;
    }),
    ...(isSteppingBack(incident.signals) && {
      longUse: await readLong(reading, { volume, incident }, policy.changes.stepBack.quietFor),
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

/** Over the whole time for which it has to have been quiet. An alarm may be about its instance: then nothing is. */
async function readLong(
  { at, ...ports }: Reading,
  { volume, incident }: { volume: Fact<Volume>; incident: Incident },
  lookBackMs: number,
): Promise<LongUse> {
  if (!volume.known) return allOf(volume);
  const open = await readFact('the ledger', at, () => openAtHost(ports, incident, volume.value));
  if (!open.known) return allOf(open);
  if (open.value !== undefined)
    return allOf(unknown(`incident ${open.value} about its instance is open`, open.source, at));
  return await readLongUse(ports.usage, { volume: volume.value, at, lookBackMs });
}

/** Where it is attached by EC2's word for the volume, whether or not the instance could be read. */
function placeOf(volume: Fact<Volume>): string | undefined {
  const [place, ...more] = volume.known ? volume.value.attachments : [];
  return more.length === 0 ? place?.instanceId : undefined;
}

/** A node that booted lately, by the volume in question. */
interface Fresh {
  instance: Instance;
  launchedAt: EpochMs;
  own: NodeVolume;
}

function freshOf({ instance }: HostFacts, own: Fact<NodeVolume | null>, at: EpochMs): Fresh | undefined {
  const found = instance.known ? instance.value : null;
  const launchedAt = found?.launchedAt;
  if (found === null || launchedAt === undefined || at - launchedAt >= BOOTED_LATELY_MS) return undefined;
  return own.known && own.value !== null ? { instance: found, launchedAt, own: own.value } : undefined;
}

async function matesOf(
  ports: Reading,
  fresh: Fresh | undefined,
  { node, nodes }: { node: Fact<Node | null>; nodes: Fact<Node[]> },
): Promise<Fact<Mate[]>> {
  const { at } = ports;
  if (fresh === undefined) return known([], 'EC2', at);
  if (!node.known || !nodes.known) return unknown('the nodes were not read', 'Nodes', at);
  const { value } = node;
  if (value === null) return unknown('the cluster has no Node of it', 'Nodes', at);
  return await readFact('nodes of its group', at, () =>
    readMates(ports, { ...fresh, node: value, nodes: nodes.value }),
  );
}

/** What EKS makes its instances from is nobody else's to see. */
function isOfAutoMode({ managedBy }: Instance): boolean {
  return managedBy === 'eks.amazonaws.com';
}
