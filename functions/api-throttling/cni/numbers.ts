import type { NodeLoad } from './calls.ts';
import type { CniSettings } from './settings.ts';
import type { CniVersion } from './variables.ts';

/** Nodes of one instance type that run aws-node and carry about the same. */
export interface NodeGroupNumbers extends NodeLoad {
  name: string;
  /** Pods with an address of their own security group (branch ENIs), besides `podsPerNode`. */
  branchPodsPerNode: number;
  nodes: number;
  /** Nodes that start together in a burst, such as Monday morning. */
  launchedAtOnce: number;
}

/** A subnet that ENIs for pods stand in: that of the nodes, or with custom networking that of the ENIConfig. */
export interface SubnetNumbers {
  id: string;
  /** `AvailableIpAddressCount`. */
  free: number;
  /** Addresses that nodes of this cluster hold in it now, /28 prefixes as 16. */
  held: number;
  /** Most nodes at once, by group. */
  nodes: Readonly<Record<string, number>>;
}

/** Who decides on the configuration of aws-node. */
export type Owner =
  | { kind: 'eks-addon' }
  | { kind: 'self-managed' }
  /** Somebody's repository says what runs: what is changed beside it is undone, or fights it. */
  | { kind: 'declared'; by: string; evidence: string };

/** Everything the advice goes by. All counts are whole and not negative; anything else is refused. */
export interface ClusterNumbers {
  version: CniVersion;
  settings: CniSettings;
  owner: Owner;
  groups: readonly NodeGroupNumbers[];
  subnets: readonly SubnetNumbers[];
  /** Nodes that run no aws-node. */
  autoModeNodes: number;
  fargateNodes: number;
  /** The API server as DescribeCluster gives it. */
  apiServer: { endpoint: string; privateAccess: boolean };
  /** Variables that the add-on's schema allows; null: all, or there is no schema. */
  settable: readonly string[] | null;
}

const MAX_COUNT = 1_000_000;
/** Far above any instance type; keeps the model's work small. */
const MAX_PER_NODE = 1_000;

/** What cannot be used, as text; empty when all can. */
export function numberProblems(numbers: ClusterNumbers): string[] {
  const groups = numbers.groups.flatMap((group) => groupProblems(group, numbers.subnets));
  const subnets = numbers.subnets.flatMap(({ id, free, held, nodes }) => [
    ...bad(`subnet ${id}`, { free, held }, MAX_COUNT),
    ...bad(`nodes in subnet ${id}`, nodes, MAX_COUNT),
    ...Object.keys(nodes)
      .filter((name) => !numbers.groups.some((group) => group.name === name))
      .map((name) => `subnet ${id}: no group ${name}`),
  ]);
  return [
    ...twice(
      'group',
      numbers.groups.map(({ name }) => name),
    ),
    ...twice(
      'subnet',
      numbers.subnets.map(({ id }) => id),
    ),
    ...groups,
    ...subnets,
  ];
}

function groupProblems(group: NodeGroupNumbers, subnets: readonly SubnetNumbers[]): string[] {
  const { name, limits, maxPods, podsPerNode, branchPodsPerNode, nodes, launchedAtOnce } = group;
  const places = subnets.reduce((sum, subnet) => sum + (subnet.nodes[name] ?? 0), 0);
  const most = Math.max(nodes, launchedAtOnce);
  const perNode = {
    maxPods,
    podsPerNode,
    branchPodsPerNode,
    enis: limits.enis,
    ipv4PerEni: limits.ipv4PerEni,
  };
  const churn = group.podsChurnedPerMinute;
  return [
    ...bad(`group ${name}`, perNode, MAX_PER_NODE),
    ...bad(`group ${name}`, { nodes, launchedAtOnce, vcpus: limits.vcpus }, MAX_COUNT),
    ...(churn >= 0 && churn <= MAX_PER_NODE ? [] : [`group ${name}: podsChurnedPerMinute is ${churn}`]),
    ...(places >= most ? [] : [`group ${name}: ${most} nodes, but its subnets account for ${places}`]),
  ];
}

function bad(where: string, counts: Readonly<Record<string, number>>, max: number): string[] {
  return Object.entries(counts)
    .filter(([, count]) => !Number.isInteger(count) || count < 0 || count > max)
    .map(([name, count]) => `${where}: ${name} is ${count}`);
}

function twice(what: string, names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `${what} ${name} is there twice`,
  );
}
