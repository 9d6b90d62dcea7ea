import type { SimCluster } from './cluster.ts';
import { isDeleting, isReady, podKey, type SimBudget, type SimPod } from './model.ts';
import type { BudgetSpec, WorkloadSpec } from './world-file.ts';

const SYNC_FAILED = 'SyncFailed';
/** Kinds with a scale subresource. */
const SCALED: ReadonlySet<WorkloadSpec['kind']> = new Set(['Deployment', 'StatefulSet']);

/** The disruption controller: keeps the status of the PodDisruptionBudgets, a moment after the pods change. */
export class DisruptionController {
  readonly #cluster: SimCluster;
  readonly #due = new Set<string>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    cluster.podListeners.push((pod) => this.#podChanged(pod));
  }

  /** A budget that the controller has seen already. */
  add(spec: BudgetSpec): void {
    const { name, namespace, selector, ...limits } = spec;
    const meta = this.#cluster.newMeta(name, {});
    const status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
    const stored = this.#cluster.putBudget({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { ...meta, namespace, generation: 1 },
      spec: { selector: { matchLabels: selector }, ...withoutUndefined(limits) },
      status: { ...status, observedGeneration: 1 },
    });
    this.#recompute(podKey(stored.metadata));
  }

  /** A new spec: until the controller has seen it, evictions are answered "still being processed". */
  change(key: string, limits: Pick<SimBudget['spec'], 'minAvailable' | 'maxUnavailable'>): void {
    const budget = this.#cluster.budgets.get(key);
    if (budget === undefined) throw new Error(`no PodDisruptionBudget ${key}`);
    const { minAvailable: _min, maxUnavailable: _max, ...kept } = budget.spec;
    const metadata = { ...budget.metadata, generation: budget.metadata.generation + 1 };
    this.#cluster.putBudget({ ...budget, metadata, spec: { ...kept, ...limits } });
    this.#look(key);
  }

  #podChanged(pod: SimPod): void {
    for (const budget of this.#cluster.budgetsOf(pod)) this.#look(podKey(budget.metadata));
  }

  #look(key: string): void {
    if (this.#due.has(key)) return;
    this.#due.add(key);
    this.#cluster.clock.after(this.#cluster.delays.budget, () => {
      this.#due.delete(key);
      this.#recompute(key);
    });
  }

  #recompute(key: string): void {
    const budget = this.#cluster.budgets.get(key);
    if (budget === undefined) return;
    const pods = this.#cluster.podsOfBudget(budget);
    const goal = this.#goal(budget, pods);
    if (goal === undefined) {
      this.#giveUp(budget);
      return;
    }
    const { expectedPods, desiredHealthy } = goal;
    const currentHealthy = pods.filter((pod) => isReady(pod) && !isDeleting(pod)).length;
    const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
    const status = {
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
      expectedPods,
      observedGeneration: budget.metadata.generation,
    };
    this.#cluster.putBudget({ ...budget, status });
  }

  /** The counts and the generation stay as they were: a spec that came after is never observed. */
  #giveUp(budget: SimBudget): void {
    const known = budget.status.conditions?.find(({ reason }) => reason === SYNC_FAILED);
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: SYNC_FAILED,
      message: 'the controller of its pods does not implement the scale subresource',
      lastTransitionTime: known?.lastTransitionTime ?? this.#cluster.stamp(),
    };
    const status = { ...budget.status, disruptionsAllowed: 0, conditions: [condition] };
    this.#cluster.putBudget({ ...budget, status });
  }

  /** Percentages round up, both ways round, as in the real controller. Undefined for pods it cannot count. */
  #goal(budget: SimBudget, pods: SimPod[]): { expectedPods: number; desiredHealthy: number } | undefined {
    const { minAvailable, maxUnavailable } = budget.spec;
    if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
    const expectedPods = this.#scaleOf(pods);
    if (expectedPods === undefined) return undefined;
    if (minAvailable !== undefined) {
      return { expectedPods, desiredHealthy: scaled(minAvailable, expectedPods) };
    }
    const unavailable = scaled(maxUnavailable ?? 0, expectedPods);
    return { expectedPods, desiredHealthy: Math.max(0, expectedPods - unavailable) };
  }

  /**
   * What the controllers of these pods want to run; a pod without one counts for nothing here. Undefined when one of
   * them does not say: a DaemonSet, a Job or a node.
   */
  #scaleOf(pods: SimPod[]): number | undefined {
    const workloads = new Set<WorkloadSpec>();
    for (const pod of pods) {
      const workload = this.#cluster.workloadOf.get(pod.metadata.uid);
      if (workload !== undefined && workload.kind !== 'bare') workloads.add(workload);
    }
    if ([...workloads].some(({ kind }) => !SCALED.has(kind))) return undefined;
    return [...workloads].reduce((sum, { replicas }) => sum + replicas, 0);
  }
}

function scaled(value: number | string, total: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(value, 10) * total) / 100);
}

function withoutUndefined<T extends object>(limits: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(limits).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
