import type { WorldInput } from '../simulator/world-file.ts';

export interface FleetSize {
  nodes: number;
  /** Pods of Deployments and StatefulSets; the DaemonSets' pods come on top. */
  pods: number;
}

type ClusterInput = WorldInput['clusters'][number];
type Workload = NonNullable<ClusterInput['workloads']>[number];

export const CLUSTER = 'storm';
/** Only DaemonSets live here: their pods are not counted. */
export const SYSTEM_NAMESPACE = 'kube-system';

const GROUPS = 5;
const NAMESPACES = 20;
const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
/** What EKS recommends for instances of up to 30 vCPUs: room for the pods of as many nodes again. */
const PODS_PER_NODE = 110;
const DEPLOYMENT_SIZE = 290;
const STATEFUL_SET_SIZE = 25;
/** One pod in thirty has an identity and must end before its successor starts. */
const STATEFUL_SHARE = 1 / 30;

/** One cluster on self-managed Spot groups; every workload has a budget, two DaemonSets run on each node. */
export function fleetOf({ nodes, pods }: FleetSize): WorldInput {
  const stateful = Math.floor(pods * STATEFUL_SHARE);
  const workloads = [
    ...inSetsOf(DEPLOYMENT_SIZE, pods - stateful).map((replicas, index) => deployment(index, replicas)),
    ...inSetsOf(STATEFUL_SET_SIZE, stateful).map((replicas, index) => statefulSet(index, replicas)),
  ];
  const groups = Array.from({ length: GROUPS }, (_, index) => group(index, nodes));
  const budgets = workloads.map(budgetOf);
  return { clusters: [{ name: CLUSTER, groups, workloads: [...workloads, ...daemonSets()], budgets }] };
}

function group(index: number, nodes: number): ClusterInput['groups'][number] {
  const count = Math.floor(nodes / GROUPS) + (index < nodes % GROUPS ? 1 : 0);
  const name = `spot-${index}`;
  const machine = { type: 'm6i.4xlarge', zones: ZONES, podsPerNode: PODS_PER_NODE };
  return { name, kind: 'self-managed', lifecycle: 'spot', count, ...machine };
}

function inSetsOf(size: number, pods: number): number[] {
  const sets = Math.ceil(pods / size);
  return Array.from({ length: sets }, (_, index) => Math.min(size, pods - index * size));
}

function deployment(index: number, replicas: number): Workload {
  return { name: `app-${index}`, namespace: namespaceOf(index), replicas, shutdown: '4s', ready: '8s' };
}

function statefulSet(index: number, replicas: number): Workload {
  const times = { grace: '60s', shutdown: '8s', ready: '10s' } as const;
  return { name: `db-${index}`, namespace: namespaceOf(index), kind: 'StatefulSet', replicas, ...times };
}

function daemonSets(): Workload[] {
  return ['aws-node', 'kube-proxy'].map((name) => ({ name, namespace: SYSTEM_NAMESPACE, kind: 'DaemonSet' }));
}

function namespaceOf(index: number): string {
  return `team-${index % NAMESPACES}`;
}

function budgetOf({ name, namespace = 'default' }: Workload): NonNullable<ClusterInput['budgets']>[number] {
  return { name, namespace, selector: { app: name }, maxUnavailable: '25%' };
}
