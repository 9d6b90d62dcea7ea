import { describeFailure } from '../errors.ts';
import type { Ec2, Instance } from '../ports/ec2.ts';

/**
 * Who an instance or a volume belongs to. Unknown is never foreign: a read may be incomplete or too early. `isGone`: it is
 * unknown because AWS answered, and does not have it; absent where a read failed.
 */
export type Ownership =
  | { is: 'ours'; cluster: string; instance?: Instance; why: string }
  | { is: 'foreign'; why: string }
  | { is: 'unknown'; why: string; isGone?: true };

const CLUSTER_TAGS = ['aws:eks:cluster-name', 'eks:cluster-name', 'eks:eks-cluster-name'];
const CLUSTER_TAG_PREFIX = 'kubernetes.io/cluster/';

/** One read for the whole batch, whatever its size. A failed read makes every id unknown. */
export async function resolveOwners(ec2: Ec2, ids: readonly string[]): Promise<Map<string, Ownership>> {
  const [first, ...rest] = [...new Set(ids)];
  if (first === undefined) return new Map();
  const wanted: [string, ...string[]] = [first, ...rest];
  try {
    const instances = new Map(
      (await ec2.describeInstances(wanted)).map((instance) => [instance.id, instance]),
    );
    return new Map(wanted.map((id) => [id, ownerByTags(instances.get(id))]));
  } catch (error) {
    const why = describeFailure(error);
    return new Map(wanted.map((id) => [id, { is: 'unknown', why }]));
  }
}

export function ownerByTags(instance: Pick<Instance, 'tags'> | Instance | undefined): Ownership {
  if (instance === undefined) return { is: 'unknown', why: 'EC2 does not return the instance' };
  const [cluster, ...others] = clustersOf(instance);
  if (cluster === undefined) return { is: 'foreign', why: 'no cluster tag' };
  if (others.length > 0) {
    return { is: 'unknown', why: `tags name several clusters: ${[cluster, ...others].join(', ')}` };
  }
  const known = 'id' in instance ? { instance } : {};
  return { is: 'ours', cluster, ...known, why: `tags name cluster ${cluster}` };
}

/** Tags only nominate: before any action a Node whose providerID ends in the instance id confirms. */
export function clustersOf(instance: Pick<Instance, 'tags'>): string[] {
  const named = CLUSTER_TAGS.map((tag) => instance.tags[tag]).filter(
    (name) => name !== undefined && name !== '',
  );
  const owned = Object.keys(instance.tags)
    .filter((tag) => tag.startsWith(CLUSTER_TAG_PREFIX))
    .map((tag) => tag.slice(CLUSTER_TAG_PREFIX.length));
  return [...new Set([...named, ...owned])].filter(
    (name): name is string => name !== undefined && name !== '',
  );
}
