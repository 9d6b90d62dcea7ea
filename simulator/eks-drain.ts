import { type EpochMs, MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import { REBALANCE, startedCause, userTerminationCause } from './activities.ts';
import { evict } from './eviction.ts';
import type { SimGroup } from './groups.ts';
import type { FleetContext, Machines } from './machines.ts';
import { isDeleting } from './model.ts';
import { isPerNode } from './pod-object.ts';
import type { ClusterRuntime } from './runtime.ts';
import type { Scaling } from './scaling.ts';

const ROUND_MS = 5 * SECOND_MS;
/** EKS gives a drain this long, then the instance goes as it is. */
const LONGEST_MS = 15 * MINUTE_MS;

/** A drain that EKS did by itself: no port call, so nothing of it stands in the call log. */
export interface EksDrain {
  instanceId: string;
  begunAt: EpochMs;
  endedAt?: EpochMs;
}

/** What EKS does for its managed Spot groups: replacement first, then cordon, drain and terminate. */
export class EksDrains {
  readonly drains: EksDrain[] = [];
  readonly #context: FleetContext;
  readonly #machines: Machines;
  readonly #scaling: Scaling;

  constructor(context: FleetContext, machines: Machines, scaling: Scaling) {
    this.#context = context;
    this.#machines = machines;
    this.#scaling = scaling;
  }

  /** After a recommendation: drains when the replacement's Node is Ready. */
  rebalance(group: SimGroup, id: string): void {
    const cause = startedCause(this.#context.clock.now(), REBALANCE);
    this.#scaling.launch(group, cause, { joined: () => this.drain(group, id) });
  }

  /** At once; a second wish for the same instance changes nothing. */
  drain(group: SimGroup, id: string): void {
    const instance = this.#machines.existing(id);
    const isBegun = this.drains.some((drain) => drain.instanceId === id);
    if (isBegun || instance.state !== 'running' || group.members.get(id)?.leaving !== false) return;
    const drain = { instanceId: id, begunAt: this.#context.clock.now() };
    this.drains.push(drain);
    this.#runtime(group).patchNode(instance.privateDnsName, { spec: { unschedulable: true } });
    this.#round(group, drain);
  }

  #round(group: SimGroup, drain: EksDrain): void {
    const { clock } = this.#context;
    const { state, privateDnsName } = this.#machines.existing(drain.instanceId);
    const isLost = state !== 'running';
    const left = isLost ? 0 : evictAll(this.#runtime(group), privateDnsName);
    if (left > 0 && clock.now() - drain.begunAt < LONGEST_MS) {
      clock.after(ROUND_MS, () => this.#round(group, drain));
      return;
    }
    drain.endedAt = clock.now();
    if (!isLost) this.#scaling.takeOut(group, drain.instanceId, userTerminationCause(clock.now()));
  }

  #runtime(group: SimGroup): ClusterRuntime {
    const runtime = this.#context.runtimes.get(group.cluster);
    if (runtime === undefined) throw new Error(`no cluster ${group.cluster}`);
    return runtime;
  }
}

/** Asks every pod that can move to go, within the budgets; answers how many are still there. */
function evictAll({ cluster, kubelets }: ClusterRuntime, node: string): number {
  const movable = cluster.podsOn(node).filter((pod) => {
    const workload = cluster.workloadOf.get(pod.metadata.uid);
    return workload === undefined || !isPerNode(workload);
  });
  for (const pod of movable) {
    if (isDeleting(pod)) continue;
    try {
      evict(cluster, kubelets, pod.metadata, pod.spec.terminationGracePeriodSeconds ?? 30);
    } catch (error) {
      // Refused by a budget: the next round asks again.
      if (!(error instanceof PortError)) throw error;
    }
  }
  return movable.filter(
    (pod) => cluster.pods.get(`${pod.metadata.namespace}/${pod.metadata.name}`) !== undefined,
  ).length;
}
