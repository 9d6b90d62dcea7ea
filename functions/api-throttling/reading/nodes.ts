import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Node, Pod } from '../../../shared/ports/kubernetes.ts';
import { CHURN_MINUTES } from '../cni/index.ts';

/** One Node, as far as the VPC CNI's calls depend on it. */
export interface NodeFacts {
  name: string;
  instanceId: string | null;
  /** Of the instance; empty where no label says it. */
  type: string;
  /** `aws-node`: it may run one. */
  network: 'aws-node' | 'auto-mode' | 'fargate' | 'other';
  /** As the kubelet says it; null when it does not. */
  maxPods: number | null;
  createdAt: EpochMs;
}

/** The pods of one Node. */
export interface PodFacts {
  node: string;
  /** Those that need an address of the node, and those with a network interface of their own. */
  pods: number;
  branchPods: number;
  /** How many came in the last `CHURN_MINUTES`, ended ones included. */
  young: number;
  /** The node has been there for long: what came is churn, not its first filling. */
  settled: boolean;
}

const NETWORKS: Readonly<Record<string, NodeFacts['network']>> = {
  auto: 'auto-mode',
  fargate: 'fargate',
  hybrid: 'other',
};
const COMPUTE_TYPE = 'eks.amazonaws.com/compute-type';
const BRANCH_ENI = 'vpc.amazonaws.com/pod-eni';
const CHURN_MS = CHURN_MINUTES * MINUTE_MS;
const SETTLED_MS = 2 * CHURN_MS;
/** Requests to the API server: one for each node that is looked into. */
export const MAX_SAMPLE = 12;

export function nodeFacts(node: Node): NodeFacts {
  const labels = node.metadata?.labels ?? {};
  const isWindows = labels['kubernetes.io/os'] === 'windows';
  const maxPods = Number(node.status?.allocatable?.['pods'] ?? Number.NaN);
  return {
    name: node.metadata?.name ?? '',
    instanceId: instanceIdOf(node) ?? null,
    type: labels['node.kubernetes.io/instance-type'] ?? '',
    network: isWindows ? 'other' : (NETWORKS[labels[COMPUTE_TYPE] ?? ''] ?? 'aws-node'),
    maxPods: Number.isInteger(maxPods) ? maxPods : null,
    createdAt: Date.parse(node.metadata?.creationTimestamp ?? '') || 0,
  };
}

/** At most `MAX_SAMPLE` nodes, the types in turn, and of each type old and new ones. */
export function sampleOf(nodes: readonly NodeFacts[]): NodeFacts[] {
  const byType = [...Map.groupBy(nodes, ({ type }) => type).values()];
  const share = Math.max(1, Math.floor(MAX_SAMPLE / Math.max(1, byType.length)));
  return byType.flatMap((all) => spread(all, share)).slice(0, MAX_SAMPLE);
}

function spread(nodes: readonly NodeFacts[], count: number): NodeFacts[] {
  const sorted = nodes.toSorted((left, right) => left.createdAt - right.createdAt);
  const step = Math.max(1, sorted.length / count);
  const places = Array.from({ length: Math.min(count, sorted.length) }, (_, index) => index * step);
  return places.flatMap((place) => sorted[Math.floor(place)] ?? []);
}

export function podFacts(node: NodeFacts, pods: readonly Pod[], now: EpochMs): PodFacts {
  const own = pods.filter(({ spec }) => spec?.hostNetwork !== true);
  const here = own.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const branch = here.filter(({ metadata }) => metadata?.annotations?.[BRANCH_ENI] !== undefined);
  const isYoung = ({ metadata }: Pod) => Date.parse(metadata?.creationTimestamp ?? '') > now - CHURN_MS;
  return {
    node: node.name,
    pods: here.length - branch.length,
    branchPods: branch.length,
    young: own.filter(isYoung).length,
    settled: node.createdAt <= now - SETTLED_MS,
  };
}

export function withAwsNode(nodes: Fact<readonly NodeFacts[]>): NodeFacts[] {
  return nodes.known ? nodes.value.filter(({ network }) => network === 'aws-node') : [];
}
