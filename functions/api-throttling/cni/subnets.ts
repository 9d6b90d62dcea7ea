import type { SubnetCost } from './advice.ts';
import type { NodeCalls } from './calls.ts';
import type { ClusterNumbers, NodeGroupNumbers } from './numbers.ts';

/** The model's figures by name of the group. */
export type ByGroup = ReadonlyMap<string, NodeCalls>;

/** What every subnet needs at its most nodes, under two settings. */
export function subnetCosts(numbers: ClusterNumbers, before: ByGroup, after: ByGroup): SubnetCost[] {
  return numbers.subnets.map(({ id, free, held, nodes }) => {
    const need = (calls: ByGroup) =>
      numbers.groups.reduce(
        (sum, group) => sum + (nodes[group.name] ?? 0) * perNode(numbers, group, calls),
        0,
      );
    const needed = need(after);
    return { subnet: id, free, held, neededBefore: need(before), needed, left: free + held - needed };
  });
}

/** Of the ENIs for pods, and what does not depend on the settings: trunk and branch ENIs. */
function perNode({ settings }: ClusterNumbers, group: NodeGroupNumbers, calls: ByGroup): number {
  const trunk = settings.podEni ? 1 : 0;
  return (calls.get(group.name)?.addresses ?? 0) + trunk + group.branchPodsPerNode;
}

/** Undefined when every subnet can hold it, counting what the cluster already holds. */
export function whyNoRoom(costs: readonly SubnetCost[]): string | undefined {
  const short = costs.find(({ left }) => left < 0);
  if (short === undefined) return undefined;
  const { subnet, needed, free, held } = short;
  return `${subnet} would need ${needed} addresses, it has ${free} free and ${held} held by the cluster`;
}
