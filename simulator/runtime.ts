import { SECOND_MS } from '../shared/clock.ts';
import { DisruptionController } from './budgets.ts';
import type { SimCluster } from './cluster.ts';
import { Controllers } from './controllers.ts';
import { Kubelets } from './kubelet.ts';
import { isDeleting, isReady, podKey, type SimInstance, type SimNode } from './model.ts';
import { nodeConditions, nodeOf } from './node-object.ts';
import { isPerNode } from './pod-object.ts';
import { Scheduler } from './scheduler.ts';
import type { GroupSpec } from './world-file.ts';

/** One cluster alive: its store, its controllers, and what happens to it when machines come and go. */
export class ClusterRuntime {
  readonly cluster: SimCluster;
  readonly kubelets: Kubelets;
  readonly budgets: DisruptionController;
  readonly #scheduler: Scheduler;
  readonly #controllers: Controllers;
  /** Nodes whose instance is terminated: removed once they are NotReady. */
  readonly #orphans = new Set<string>();

  constructor(cluster: SimCluster) {
    this.cluster = cluster;
    this.kubelets = new Kubelets(cluster);
    this.#scheduler = new Scheduler(cluster, this.kubelets);
    this.#controllers = new Controllers(cluster, this.#scheduler, this.kubelets);
    this.budgets = new DisruptionController(cluster);
  }

  /** Fills the nodes that stand at the start, as if the cluster had run for long. */
  populate(): void {
    for (const workload of this.cluster.spec.workloads) {
      this.cluster.workloads.set(podKey(workload), workload);
    }
    this.#controllers.populate();
    for (const budget of this.cluster.spec.budgets) this.budgets.add(budget);
  }

  join(group: GroupSpec, instance: SimInstance): void {
    this.cluster.putNode(nodeOf(this.cluster, group, instance));
    this.#controllers.nodesChanged();
    this.#scheduler.retry();
  }

  /** A node became schedulable again, or a pod's place free. */
  capacityChanged(): void {
    this.#scheduler.retry();
  }

  /** The machine stopped answering: its pods are dead at once, the API learns of it later. */
  machineDied(node: string): void {
    if (this.cluster.nodes.get(node) === undefined || this.cluster.silent.has(node)) return;
    this.kubelets.nodeDied(node);
    const { clock, delays } = this.cluster;
    clock.after(delays.notReady, () => this.#notReady(node));
  }

  /** EC2 has no such instance any more: the cloud controller removes its Node. */
  machineGone(node: string): void {
    this.#orphans.add(node);
    this.#removeOrphan(node);
  }

  removeNode(name: string): void {
    this.#orphans.delete(name);
    if (!this.cluster.nodes.delete(name)) return;
    this.kubelets.collect(name);
    this.#controllers.nodesChanged();
  }

  #notReady(name: string): void {
    const node = this.cluster.nodes.get(name);
    if (node === undefined) return;
    const conditions = nodeConditions('Unknown', this.cluster.clock.now());
    this.cluster.putNode(withUnreachableTaints({ ...node, status: { ...node.status, conditions } }));
    this.kubelets.markUnready(name);
    this.#removeOrphan(name);
    this.cluster.clock.after(this.cluster.delays.podEviction, () =>
      this.#evictByTaint(name, node.metadata.uid),
    );
  }

  #removeOrphan(name: string): void {
    const node = this.cluster.nodes.get(name);
    if (node === undefined || isReady(node) || !this.#orphans.has(name)) return;
    this.cluster.clock.after(this.cluster.delays.nodeRemoval, () => this.removeNode(name));
  }

  #evictByTaint(name: string, uid: string): void {
    if (this.cluster.nodes.get(name)?.metadata.uid !== uid) return;
    for (const pod of this.cluster.podsOn(name)) {
      const workload = this.cluster.workloadOf.get(pod.metadata.uid);
      if (isDeleting(pod) || (workload !== undefined && isPerNode(workload))) continue;
      const grace = (workload?.grace ?? 30 * SECOND_MS) / SECOND_MS;
      this.kubelets.terminate(pod, Math.max(1, grace), 'DeletionByTaintManager');
    }
  }
}

function withUnreachableTaints(node: SimNode): SimNode {
  const key = 'node.kubernetes.io/unreachable';
  const others = (node.spec.taints ?? []).filter((taint) => taint.key !== key);
  const taints = [...others, { key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }];
  return { ...node, spec: { ...node.spec, taints } };
}
