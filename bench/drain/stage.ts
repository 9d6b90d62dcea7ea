import type { EngineCluster } from '../../test/engines/kubernetes/cluster.ts';
import { eventually } from '../../test/engines/kubernetes/processes.ts';
import { budgetPieces, workloadAndVolumePieces } from '../../test/engines/kubernetes/workloads.ts';
import { idsOf } from '../instances.ts';
import type { Scenario } from './scenarios.ts';

/** Nodes full of pods, and room for them elsewhere. */
export interface Stage {
  namespace: string;
  /** Named as their instances. */
  nodes: string[];
  pods: number;
}

/** What a pod takes to end, in seconds. */
const SHUTDOWN_SECONDS = 0.5;
const PODS_PER_REFUGE = 500;
const SETTLE_LIMIT_MS = 180_000;
/** Controllers and kubelets are done with what came before. */
const REST_MS = 1_500;

/**
 * One Deployment for each node, whose pods can run there and on the refuges alone; the refuges come when all pods
 * run. So every node holds exactly its own pods, and each pod that leaves is replaced.
 */
export async function prepare(cluster: EngineCluster, scenario: Scenario, serial: number): Promise<Stage> {
  const { admin, kubelets } = cluster;
  const { nodes: count, podsPerNode, maxUnavailable, startupSeconds = 0 } = scenario;
  const namespace = `drain-${serial}`;
  const nodes = idsOf(namespace, count);
  const lanes = nodes.map((_, index) => ({ [`lane-${index}`]: namespace }));
  await Promise.all(nodes.map((node, index) => kubelets.register(node, lanes[index] ?? {})));
  await admin.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const labels = { part: namespace };
  const budgets = maxUnavailable === undefined ? [] : [{ name: 'all', selector: labels, maxUnavailable }];
  const scene = (index: number) => ({ namespace, nodes: [], nodeSelector: lanes[index] ?? {} });
  const made = [
    ...budgetPieces({ ...scene(0), setting: { budgets } }),
    ...nodes.flatMap((_, index) => {
      const name = `app-${index}`;
      const workload = { name, replicas: podsPerNode, labels: { app: name, ...labels } };
      const workloads = [{ ...workload, startupSeconds, shutdownSeconds: SHUTDOWN_SECONDS }];
      return workloadAndVolumePieces({ ...scene(index), setting: { workloads } });
    }),
  ];
  for (const { path, object } of made) await admin.create(path, object);
  const stage = { namespace, nodes, pods: count * podsPerNode };
  await eventually(() => expectFull(cluster, stage), SETTLE_LIMIT_MS);
  await addRefuges(cluster, stage, Object.assign({}, ...lanes));
  await rest();
  return stage;
}

async function addRefuges(
  { admin, kubelets }: EngineCluster,
  stage: Stage,
  labels: Record<string, string>,
): Promise<void> {
  for (const name of refugesOf(stage)) {
    await kubelets.register(name, labels);
    await eventually(async () => {
      const { spec } = await admin.get<{ spec: { taints?: unknown[] } }>(`/api/v1/nodes/${name}`);
      if ((spec.taints ?? []).length > 0) throw new Error(`${name} is still tainted`);
    }, SETTLE_LIMIT_MS);
  }
}

function refugesOf({ namespace, pods }: Stage): string[] {
  return Array.from(
    { length: Math.ceil(pods / PODS_PER_REFUGE) },
    (_, index) => `${namespace}-refuge-${index}`,
  );
}

interface Counted {
  metadata: { name: string };
  spec: { replicas: number };
  status?: { readyReplicas?: number; currentHealthy?: number };
}

/** Every pod runs, and every budget has counted them. */
async function expectFull({ admin }: EngineCluster, { namespace, pods }: Stage): Promise<void> {
  const list = (path: string) => admin.get<{ items: Counted[] }>(path);
  const { items } = await list(`/apis/apps/v1/namespaces/${namespace}/deployments`);
  const ready = items.reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0);
  if (ready !== pods) throw new Error(`${ready} of ${pods} pods run in ${namespace}`);
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  for (const { metadata, status } of (await list(path)).items) {
    if (status?.currentHealthy === pods) continue;
    // Its controller counts it once more when it changes.
    await admin.patch(`${path}/${metadata.name}`, { metadata: { annotations: { touched: String(ready) } } });
    throw new Error(`the budget of ${namespace} has counted ${status?.currentHealthy ?? 0} of ${pods}`);
  }
}

/** How many pods are still on the nodes. */
export async function countLeft({ admin }: EngineCluster, { namespace, nodes }: Stage): Promise<number> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = await admin.get<{ items: { spec: { nodeName?: string } }[] }>(path);
  return items.filter(({ spec }) => nodes.includes(spec.nodeName ?? '')).length;
}

/** Nothing of it is left to be in the way of the next. */
export async function clear({ admin, kubelets }: EngineCluster, stage: Stage): Promise<void> {
  const { namespace, nodes } = stage;
  for (const kind of ['deployments', 'replicasets'])
    await admin.remove(`/apis/apps/v1/namespaces/${namespace}/${kind}`);
  await admin.remove(`/api/v1/namespaces/${namespace}/pods`, { gracePeriodSeconds: 0 });
  await admin.remove(`/api/v1/namespaces/${namespace}`);
  for (const node of [...nodes, ...refugesOf(stage)]) {
    kubelets.silence(node);
    await admin.remove(`/api/v1/nodes/${node}`);
  }
  await eventually(async () => {
    const { items } = await admin.get<{ items: unknown[] }>(`/api/v1/namespaces/${namespace}/pods?limit=1`);
    if (items.length > 0) throw new Error(`pods of ${namespace} are left`);
  }, SETTLE_LIMIT_MS);
  await rest();
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}
