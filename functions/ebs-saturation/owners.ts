import { type Ownership, ownerByTags } from '../../shared/cluster/ownership.ts';
import { describeFailure } from '../../shared/errors.ts';
import type { Subject } from '../../shared/incident/signal.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Volume } from '../../shared/ports/volumes.ts';

/** The CSI driver names the cluster here; Kubernetes' own tags are read like those of an instance. */
const CLUSTER_TAGS = ['ebs.csi.aws.com/cluster-name', 'KubernetesCluster'];

/**
 * Whose volumes and instances these are, for the whole batch: one DescribeVolumes and one DescribeInstances. A volume
 * belongs to the cluster its tags name, else to the cluster of the instance it is attached to.
 */
export async function ownersOf(ports: Ports, subjects: readonly Subject[]): Promise<Map<string, Ownership>> {
  const ids = (kind: Subject['kind']) => [
    ...new Set(subjects.filter((subject) => subject.kind === kind).map(({ id }) => id)),
  ];
  try {
    const volumes = await read(ids('volume'), (some) => ports.volumes.describeVolumes(some));
    const hosts = [...volumes.values()].flatMap(({ attachments }) =>
      attachments.map(({ instanceId }) => instanceId),
    );
    const instances = await read([...new Set([...ids('instance'), ...hosts])], (some) =>
      ports.ec2.describeInstances(some),
    );
    return new Map(subjects.map((subject) => [subject.id, ownerOf(subject, volumes, instances)]));
  } catch (error) {
    const why = describeFailure(error);
    return new Map(subjects.map(({ id }) => [id, { is: 'unknown', why }]));
  }
}

async function read<T extends { id: string }>(
  ids: readonly string[],
  describe: (ids: readonly [string, ...string[]]) => Promise<T[]>,
): Promise<ReadonlyMap<string, T>> {
  const [first, ...others] = ids;
  if (first === undefined) return new Map();
  return new Map((await describe([first, ...others])).map((each) => [each.id, each]));
}

function ownerOf(
  { kind, id }: Subject,
  volumes: ReadonlyMap<string, Volume>,
  instances: ReadonlyMap<string, Instance>,
): Ownership {
  const instance = instances.get(id);
  const volume = volumes.get(id);
  if (kind === 'instance' ? instance === undefined : volume === undefined) {
    return { is: 'unknown', why: `EC2 does not return ${kind} ${id}`, isGone: true };
  }
  if (volume === undefined) return ownerByTags(instance);
  return byOwnTags(volume) ?? byHosts(volume, instances);
}

function byOwnTags({ tags }: Volume): Ownership | undefined {
  const named = CLUSTER_TAGS.flatMap((tag) => tags[tag] ?? []).filter((name) => name !== '');
  const owned = ownerByTags({ tags });
  const all = [...new Set([...named, ...(owned.is === 'ours' ? [owned.cluster] : [])])];
  const [cluster, ...others] = all;
  if (owned.is === 'unknown') return owned;
  if (cluster === undefined) return undefined;
  if (others.length > 0) return { is: 'unknown', why: `its tags name several clusters: ${all.join(', ')}` };
  return { is: 'ours', cluster, why: `tags of the volume name cluster ${cluster}` };
}

/** Attached to instances of one cluster it is that cluster's; one that is not read leaves it unknown. */
function byHosts({ attachments }: Volume, instances: ReadonlyMap<string, Instance>): Ownership {
  const owners = attachments.map(({ instanceId }) => ownerByTags(instances.get(instanceId)));
  const unread = owners.find((owner) => owner.is === 'unknown');
  if (unread !== undefined) return unread;
  const ours = owners.filter((owner) => owner.is === 'ours');
  const [first] = ours;
  if (first === undefined)
    return { is: 'foreign', why: 'no cluster tag, and attached to no node of a cluster' };
  const clusters = new Set(ours.map(({ cluster }) => cluster));
  return clusters.size === 1
    ? first
    : { is: 'unknown', why: `attached to nodes of several clusters: ${[...clusters].join(', ')}` };
}
