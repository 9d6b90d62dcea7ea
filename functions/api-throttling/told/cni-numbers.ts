import { MINUTE_MS } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { InstanceType } from '../../../shared/ports/ec2.ts';
import {
  CHURN_MINUTES,
  type ClusterNumbers,
  cniEnvOf,
  type InstanceLimits,
  isNitro,
  type NodeGroupNumbers,
  ownerOf,
  readSettings,
  type SubnetNumbers,
  settableEnv,
} from '../cni/index.ts';
import type { CniFacts } from '../reading/cni-facts.ts';
import type { NodeFacts, PodFacts } from '../reading/nodes.ts';
import { withAwsNode } from '../reading/nodes.ts';

export type Numbers = { ok: true; numbers: ClusterNumbers } | { ok: false; why: string[] };

/** Every part of the facts, known. */
type Known = { [K in keyof CniFacts]: Extract<CniFacts[K], { known: true }>['value'] };

/** Nodes that come within this time compete for the same tokens. */
const BURST_MS = CHURN_MINUTES * MINUTE_MS;

/** What was read as the numbers the advice is computed from; or everything that is missing for that. Pure. */
export function numbersOf(facts: CniFacts): Numbers {
  const unread = Object.values<Fact<unknown>>({ ...facts }).flatMap((fact) =>
    fact.known ? [] : [`${fact.source}: ${fact.why}`],
  );
  const known = knownOf(facts);
  if (known === undefined) return { ok: false, why: [...new Set(unread)] };
  const env = known.daemonSet === null ? undefined : cniEnvOf(known.daemonSet);
  if (known.daemonSet === null || env === undefined) {
    return { ok: false, why: ['the cluster has no DaemonSet kube-system/aws-node'] };
  }
  const read = readSettings(env);
  if (read.settings === null || read.version === null) return { ok: false, why: read.problems };
  const { groups, problems } = groupsOf(known, withAwsNode(facts.nodes));
  const elsewhere = read.settings.customNetworking ? ['custom networking'] : elsewhereOf(known);
  const why = [...problems, ...elsewhere.map((each) => `${each}: the subnets of pods were not read`)];
  if (why.length > 0) return { ok: false, why };
  return {
    ok: true,
    numbers: {
      version: read.version,
      settings: read.settings,
      owner: ownerOf(known.daemonSet, known.addon !== null),
      groups,
      subnets: subnetsOf(known),
      autoModeNodes: known.nodes.filter(({ network }) => network === 'auto-mode').length,
      fargateNodes: known.nodes.filter(({ network }) => network === 'fargate').length,
      apiServer: { endpoint: known.cluster.endpoint, privateAccess: known.cluster.privateAccess },
      settable: known.addon === null ? null : settableEnv(known.addon.schema),
    },
  };
}

function knownOf({ daemonSet, addon, cluster, nodes, ...facts }: CniFacts): Known | undefined {
  const { pods, instances, types, subnets } = facts;
  if (!(daemonSet.known && addon.known && cluster.known && nodes.known)) return undefined;
  if (!(pods.known && instances.known && types.known && subnets.known)) return undefined;
  return {
    daemonSet: daemonSet.value,
    addon: addon.value,
    cluster: cluster.value,
    nodes: nodes.value,
    pods: pods.value,
    instances: instances.value,
    types: types.value,
    subnets: subnets.value,
  };
}

/** One group for each instance type. */
function groupsOf(
  known: Known,
  nodes: readonly NodeFacts[],
): { groups: NodeGroupNumbers[]; problems: string[] } {
  const groups: NodeGroupNumbers[] = [];
  const problems: string[] = [];
  for (const [type, own] of Map.groupBy(nodes, (node) => node.type)) {
    const limits = limitsOf(known.types.find((each) => each.type === type));
    const maxPods = Math.max(...own.map((node) => node.maxPods ?? Number.NaN));
    if (limits === undefined)
      problems.push(`EC2 did not say what ${type || 'a node without a type'} can hold`);
    else groups.push(groupOf(type, { limits, maxPods, own, pods: known.pods }));
  }
  return { groups, problems };
}

interface Own {
  limits: InstanceLimits;
  maxPods: number;
  own: readonly NodeFacts[];
  pods: readonly PodFacts[];
}

/** A type of which no node was looked into is taken to be like the fullest that was. */
function groupOf(name: string, { limits, maxPods, own, pods }: Own): NodeGroupNumbers {
  const names = new Set(own.map((node) => node.name));
  const ofType = pods.filter(({ node }) => names.has(node));
  const seen = ofType.length > 0 ? ofType : pods;
  const settled = seen.filter((each) => each.settled);
  const young = settled.reduce((sum, each) => sum + each.young, 0);
  return {
    name,
    limits,
    maxPods,
    podsPerNode: Math.min(maxPods, Math.max(0, ...seen.map((each) => each.pods))),
    branchPodsPerNode: Math.max(0, ...seen.map((each) => each.branchPods)),
    podsChurnedPerMinute: settled.length === 0 ? 0 : young / settled.length / CHURN_MINUTES,
    nodes: own.length,
    launchedAtOnce: burstOf(own),
  };
}

/** The most nodes that came within `BURST_MS`, of those that are still there. */
function burstOf(nodes: readonly NodeFacts[]): number {
  const times = nodes.map(({ createdAt }) => createdAt);
  return Math.max(0, ...times.map((end) => times.filter((at) => at <= end && at > end - BURST_MS).length));
}

function limitsOf(type: InstanceType | undefined): InstanceLimits | undefined {
  const { interfaces, ipv4PerInterface, vcpus } = type ?? {};
  if (type === undefined || interfaces === undefined || ipv4PerInterface === undefined) return undefined;
  if (vcpus === undefined) return undefined;
  const nitro = isNitro({ hypervisor: type.hypervisor ?? null, bareMetal: type.bareMetal });
  return { type: type.type, enis: interfaces, ipv4PerEni: ipv4PerInterface, nitro, vcpus };
}

/** Network interfaces in another subnet than their node: pods get addresses there, too. */
function elsewhereOf({ instances }: Known): string[] {
  const away = instances.filter(({ subnetId, addresses = {} }) =>
    Object.keys(addresses).some((subnet) => subnet !== subnetId),
  );
  return away.length === 0 ? [] : [`${away.length} nodes have network interfaces in other subnets`];
}

function subnetsOf({ subnets, instances, nodes }: Known): SubnetNumbers[] {
  const types = new Map(nodes.map(({ instanceId, type }) => [instanceId, type]));
  return subnets.map(({ id, freeAddresses }) => {
    const here = instances.filter(({ subnetId }) => subnetId === id);
    const held = here.reduce((sum, { addresses = {} }) => sum + (addresses[id] ?? 0), 0);
    const counts = Map.groupBy(here, (instance) => types.get(instance.id) ?? instance.type);
    const own = Object.fromEntries([...counts].map(([type, of]) => [type, of.length]));
    return { id, free: freeAddresses, held, nodes: own };
  });
}
