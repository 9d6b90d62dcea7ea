import type { EpochMs } from '../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Kubernetes, Node, Pod } from '../../shared/ports/kubernetes.ts';
import type { Modification, Volume } from '../../shared/ports/volumes.ts';
import { type NodeVolume, nodeVolumeOf } from './boot/node-volume.ts';
import { type Changes, readChanges } from './changes.ts';
import type { ModificationQuota } from './decide/input.ts';
import { type LearnedMaxima, readMaxima } from './maxima.ts';
import { allOf, type LongUse, readLongUse } from './measure/long-use.ts';
import type { Measured } from './measure/measured.ts';
import { readMeasured } from './measure/read.ts';
import { changeRecords } from './plans/change-step.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { readAlarms } from './reading/alarms.ts';
import { readBefore } from './reading/before.ts';
import { type ClaimFacts, readClaim } from './reading/claims.ts';
import { type BootFacts, readBoot } from './reading/fresh.ts';
import { follow, type HostFacts, readHost } from './reading/host.ts';
import { openAtHost } from './reading/host-incident.ts';
import { readModificationQuotas } from './reading/modification-quotas.ts';
import { nodeOf } from './reading/node.ts';
import { readSubject } from './reading/subject.ts';
import { type AlarmReading, isSteppingBack, standingIn } from './standing.ts';

/** Everything the playbook may know, each part with its source and time. */
export interface EbsSaturationFacts extends HostFacts, BootFacts {
  /** The one the incident is looked at by. */
  volume: Fact<Volume>;
  /** The newest one; null: never modified. */
  modification: Fact<Modification | null>;
  measured: Measured;
  /** Before the change that was made; absent: `measured` reaches back to it, or there is none. */
  before?: Measured;
  /** Null: the cluster has no Node of this instance, or the volume is attached to no one instance. */
  node: Fact<Node | null>;
  /** Of the node. */
  pods: Fact<Pod[]>;
  /** Null: it is none that nodes are made with. */
  nodeVolume: Fact<NodeVolume | null>;
  /** Null: no claim of the cluster is behind the volume. */
  claim: Fact<ClaimFacts | null>;
  /** Null: Paramedic never changed it. */
  changes: Fact<Changes | null>;
  /** The most of gp3 that EC2 has named here lately. */
  maxima: Fact<LearnedMaxima>;
  /** Absent: no change is likely now. */
  quotas?: Fact<ModificationQuota>[];
  /** Of the alarms whose news is old: empty while it is fresh. */
  alarms: Fact<AlarmReading[]>;
  /** Absent: nothing is to be given back. */
  longUse?: LongUse;
}

type Reading = GatherInput<EbsSaturationPolicy>['ports'] & { at: EpochMs };

/**
 * About six calls of EC2, two of Service Quotas, three of CloudWatch (one more where an alarm's news is old) and five lists
 * of the cluster; for a node that booted lately two more of EC2 and nine more of CloudWatch.
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
  const ask = { volumeId: id, instanceId: placeOf(volume), at };
  const alarms = await readAlarms(ports.alarms, incident.signals, at);
  const before = await readBefore(ports.usage, incident, ask);
  const connected = await readFact('Kubernetes', at, () => ports.kubernetes.connect(incident.cluster));
  const nodes = await follow(connected, 'Nodes', (kubernetes) => kubernetes.listNodes());
  const node = nodeOf(host.instance, nodes);
  const nodeVolume = nodeVolumeOf({ ...host, volume, node });
  return {
    ...host,
    volume,
    modification: await readFact('EC2 DescribeVolumesModifications', at, async () => {
      const [latest] = await ports.volumes.describeModifications([id]);
      return latest ?? null;
    }),
    measured: await readMeasured(ports.usage, ask),
    ...(before !== undefined && { before }),
    node,
    pods: await podsOf(connected, node),
    nodeVolume,
    ...(await readBoot(reading, { ...host, nodeVolume, node, nodes })),
    claim: await follow(connected, 'PersistentVolumes', (kubernetes) => readClaim(kubernetes, id)),
    changes: await readFact('the ledger', at, async () => {
      return (await readChanges(ports.table, incident.cluster, id)) ?? null;
    }),
    maxima: await readFact('the ledger', at, () => readMaxima(ports.table, incident.cluster, at)),
    ...(volume.known &&
      isChangeLikely({ facts: { alarms }, incident }) && {
        quotas: await readModificationQuotas(reading, volume.value.type),
      }),
    alarms,
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

/** An alarm is in ALARM, and nothing was made yet: asking about the whole Region is not worth it otherwise. */
function isChangeLikely(input: { facts: Pick<EbsSaturationFacts, 'alarms'>; incident: Incident }): boolean {
  const isMade = changeRecords(input).some(({ state }) => state === 'done' || state === 'running');
  return !isMade && standingIn(input).firing.length > 0;
}

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
