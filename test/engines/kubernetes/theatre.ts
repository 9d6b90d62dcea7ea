import type { Programs } from '../../../scripts/engines/kubernetes.ts';
import { wallClock } from '../../../shared/clock.ts';
import { ROLES, type Setting, type Stage, type Theatre } from '../../contract/kubernetes-stage.ts';
import { type EngineCluster, startCluster } from './cluster.ts';
import { eventually } from './processes.ts';
import { budgetPieces, type Piece, type Scene, SYSTEM, workloadAndVolumePieces } from './workloads.ts';

const SETTLE_LIMIT_MS = 60_000;
/** Objects created together. */
const AT_ONCE = 20;
const GROUP_LABEL = 'node-group';

/** One control plane for all cases; each has nodes and a namespace of its own. */
export async function engineTheatre(programs: Programs): Promise<Theatre> {
  const cluster = await startCluster(programs, ROLES);
  let count = 0;
  return {
    stage: (setting) => stageOn(cluster, `case-${++count}`, setting),
    clear: (stage) => clear(cluster, stage),
    close: () => cluster.stop(),
  };
}

async function stageOn(cluster: EngineCluster, name: string, setting: Setting): Promise<Stage> {
  const { admin, kubelets } = cluster;
  const nodes = Array.from({ length: setting.nodes ?? 1 }, (_, index) => `${name}-node-${index}`);
  await build(cluster, { namespace: name, nodes, nodeSelector: { [GROUP_LABEL]: name }, setting });
  return {
    namespace: name,
    nodes,
    nodeSelector: `${GROUP_LABEL}=${name}`,
    as: (role) => cluster.as(role),
    now: () => wallClock.now(),
    report: ({ reason, pod, count }) =>
      admin.create(`/api/v1/namespaces/${name}/events`, eventOf(name, { reason, pod, count })),
    // Its kubelets go by the variable.
    breakNext: async () => undefined,
    pass: (ms) => wallClock.sleep(ms),
    beforeObserved: (budget, maxUnavailable, work) =>
      cluster.withoutControllers(async () => {
        const path = `/apis/policy/v1/namespaces/${name}/poddisruptionbudgets/${budget}`;
        await admin.patch(path, { spec: { maxUnavailable } });
        await work();
      }),
    silence: async (node) => {
      kubelets.silence(node);
      await eventually(() => expectNotReady(cluster, node), SETTLE_LIMIT_MS);
    },
  };
}

/** As a kubelet's recorder writes it. */
function eventOf(namespace: string, { reason, pod, count }: Parameters<Stage['report']>[0]): object {
  const now = new Date(wallClock.now()).toISOString();
  return {
    metadata: { generateName: `${pod}.` },
    involvedObject: { kind: 'Pod', namespace, name: pod },
    reason,
    message: 'as reported',
    type: 'Warning',
    firstTimestamp: now,
    lastTimestamp: now,
    count,
  };
}

async function build(cluster: EngineCluster, scene: Scene): Promise<void> {
  const { admin, kubelets } = cluster;
  const { namespace, nodes, nodeSelector } = scene;
  for (const node of nodes) await kubelets.register(node, nodeSelector);
  await eventually(() => expectUntainted(cluster, nodes), SETTLE_LIMIT_MS);
  await admin.create('/api/v1/namespaces', { metadata: { name: namespace } });
  await createAll(cluster, budgetPieces(scene));
  // A budget that cannot count its pods says so in one way before it has ever counted, and in another after that.
  await eventually(() => expectObserved(cluster, namespace), SETTLE_LIMIT_MS);
  const made = workloadAndVolumePieces(scene);
  await createAll(cluster, made);
  for (const { status } of made) if (status !== undefined) await admin.patch(status.path, status.change);
  await eventually(() => expectSettled(cluster, scene), SETTLE_LIMIT_MS);
}

async function createAll({ admin }: EngineCluster, made: readonly Piece[]): Promise<void> {
  for (let from = 0; from < made.length; from += AT_ONCE) {
    await Promise.all(made.slice(from, from + AT_ONCE).map(({ path, object }) => admin.create(path, object)));
  }
}

async function expectObserved({ admin }: EngineCluster, namespace: string): Promise<void> {
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const { items } = await admin.get<{ items: BudgetObject[] }>(path);
  const fresh = items.find(({ status }) => (status?.observedGeneration ?? 0) < 1);
  if (fresh !== undefined) throw new Error(`the budget ${fresh.metadata.name} was never counted`);
}

/** A new Node is marked not ready until its controller has seen it. */
async function expectUntainted({ admin }: EngineCluster, nodes: readonly string[]): Promise<void> {
  for (const name of nodes) {
    const { spec } = await admin.get<{ spec: { taints?: unknown[] } }>(`/api/v1/nodes/${name}`);
    if ((spec.taints ?? []).length > 0) throw new Error(`${name} is still tainted`);
  }
}

async function expectNotReady({ admin }: EngineCluster, name: string): Promise<void> {
  const { status } = await admin.get<{ status: Conditions }>(`/api/v1/nodes/${name}`);
  if (isTrue(status, 'Ready')) throw new Error(`${name} is still Ready`);
}

interface Conditions {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string }[];
}

interface PodObject {
  metadata: { labels: Record<string, string> };
  spec: { nodeName?: string };
  status: Conditions;
}

interface BudgetObject {
  metadata: { name: string };
  spec: { selector: { matchLabels?: Record<string, string> } };
  status?: Conditions & { currentHealthy?: number; observedGeneration?: number };
}

/** Every pod is there and reported, and every budget has counted them. */
async function expectSettled({ admin }: EngineCluster, scene: Scene): Promise<void> {
  const { namespace, nodes, setting } = scene;
  const wanted = (setting.workloads ?? []).map(({ kind, replicas = 1 }) =>
    kind === 'DaemonSet' ? nodes.length : replicas,
  );
  const total = wanted.reduce((sum, count) => sum + count, 0);
  const pods = await admin.get<{ items: PodObject[] }>(`/api/v1/namespaces/${namespace}/pods`);
  const system = await admin.get<{ items: PodObject[] }>(`/api/v1/namespaces/${SYSTEM}/pods`);
  const here = system.items.filter(({ spec }) => nodes.includes(spec.nodeName ?? ''));
  const done = [...pods.items, ...here].filter(
    ({ status }) => nodes.length === 0 || status.phase !== 'Pending',
  );
  if (done.length !== total) throw new Error(`${done.length} of ${total} pods are reported`);
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const budgets = await admin.get<{ items: BudgetObject[] }>(path);
  const behind = budgets.items.filter((budget) => !hasCounted(budget, pods.items));
  for (const { metadata } of behind) await admin.patch(`${path}/${metadata.name}`, touched());
  const [first] = behind;
  if (first !== undefined) throw new Error(`the budget ${first.metadata.name} is not up to date`);
}

/** When a pod changes, the controller counts one arbitrary budget among those that select it; a changed budget always. */
function touched(): object {
  return { metadata: { annotations: { touched: String(wallClock.now()) } } };
}

/** Or has said that it cannot. */
function hasCounted({ spec, status }: BudgetObject, pods: readonly PodObject[]): boolean {
  const verdict = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  if (verdict?.reason === 'SyncFailed') return true;
  const labels = Object.entries(spec.selector.matchLabels ?? {});
  const selected = pods.filter(({ metadata }) =>
    labels.every(([key, value]) => metadata.labels[key] === value),
  );
  const healthy = selected.filter((pod) => isTrue(pod.status, 'Ready'));
  return verdict !== undefined && status?.currentHealthy === healthy.length;
}

function isTrue({ conditions = [] }: Conditions, type: string): boolean {
  return conditions.some((each) => each.type === type && each.status === 'True');
}

/** What is left of a case must not be in the way of the next. */
async function clear({ admin, kubelets }: EngineCluster, { namespace, nodes }: Stage): Promise<void> {
  await admin.remove(`/api/v1/namespaces/${namespace}`);
  await admin.remove(`/api/v1/namespaces/${namespace}/pods`, { gracePeriodSeconds: 0 });
  await admin.remove(`/apis/apps/v1/namespaces/${SYSTEM}/daemonsets`);
  await admin.remove(`/api/v1/namespaces/${SYSTEM}/pods`, { gracePeriodSeconds: 0 });
  for (const node of nodes) {
    kubelets.silence(node);
    await admin.remove(`/api/v1/nodes/${node}`);
    await admin.remove(`/apis/storage.k8s.io/v1/volumeattachments/csi-${node}`);
  }
}
