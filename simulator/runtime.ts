import { SECOND_MS } from '../shared/clock.ts';
import type { NodePatch } from '../shared/ports/kubernetes.ts';
import { DisruptionController } from './budgets.ts';
import { Claims } from './claims.ts';
import type { SimCluster } from './cluster.ts';
import { Controllers } from './controllers.ts';
import { CoreEvents } from './core-events.ts';
import { DaemonSets } from './daemonsets.ts';
import { Kubelets } from './kubelet.ts';
import { isDeleting, isReady, podKey, type SimInstance, type SimNode } from './model.ts';
import { NodeClaims } from './node-claims.ts';
import {
  answering,
  nodeConditions,
  nodeOf,
  withShutdownTaint,
  withUnreachableTaints,
} from './node-object.ts';
import { patchNode } from './patch.ts';
import { isPerNode } from './pod-object.ts';
import { Scheduler } from './scheduler.ts';
import { TaintController } from './taints.ts';
import { Volumes } from './volumes.ts';
import type { GroupSpec } from './world-file.ts';

/** One cluster alive: its store, its controllers, and what happens to it when machines come and go. */
export class ClusterRuntime {
  readonly cluster: SimCluster;
  readonly kubelets: Kubelets;
  readonly budgets: DisruptionController;
  readonly daemonSets: DaemonSets;
  readonly events: CoreEvents;
  readonly nodeClaims: NodeClaims;
  /** Where volumes are attached. */
  readonly volumes: Volumes;
  readonly claims: Claims;
  readonly #scheduler: Scheduler;
  readonly #controllers: Controllers;
  /** Nodes whose instance is terminated: removed once they are NotReady. */
  readonly #orphans = new Set<string>();
  /** Nodes whose instance is stopped. */
  readonly #stopped = new Set<string>();
  /** How often a node's machine died or came back: what was planned for one outage must not hit the next. */
  readonly #outages = new Map<string, number>();

  constructor(cluster: SimCluster) {
    this.cluster = cluster;
    this.claims = new Claims(cluster);
    this.volumes = new Volumes(cluster);
    this.kubelets = new Kubelets(cluster, this.volumes);
    this.#scheduler = new Scheduler(cluster, this.kubelets);
    this.#controllers = new Controllers(cluster, this.#scheduler, this.kubelets);
    this.budgets = new DisruptionController(cluster);
    this.daemonSets = new DaemonSets(cluster, this.kubelets);
    this.events = new CoreEvents(cluster);
    this.nodeClaims = new NodeClaims(cluster);
    new TaintController(cluster, this.kubelets).watch();
  }

  /** Fills the nodes that stand at the start, as if the cluster had run for long. */
  populate(): void {
    for (const workload of this.cluster.spec.workloads) {
      this.cluster.workloads.set(podKey(workload), workload);
      this.daemonSets.add(workload);
    }
    this.#controllers.populate();
    this.daemonSets.settle();
    for (const budget of this.cluster.spec.budgets) this.budgets.add(budget);
  }

  /** The kubelet registers; one that knows its Node from before finds it again. */
  join(group: GroupSpec, instance: SimInstance): void {
    const name = instance.privateDnsName;
    const known = this.cluster.nodes.get(name);
    this.#stopped.delete(name);
    this.#nextOutage(name);
    if (known === undefined) {
      this.cluster.putNode(nodeOf(this.cluster, group, instance));
      this.nodeClaims.joined(group, instance);
    } else this.cluster.putNode(answering(known, this.cluster.stamp()));
    this.kubelets.nodeBack(name);
    this.#nodesChanged();
    this.#scheduler.retry();
  }

  /** Undefined when there is no such Node. */
  patchNode(name: string, patch: NodePatch): SimNode | undefined {
    const node = this.cluster.nodes.get(name);
    if (node === undefined) return undefined;
    const patched = patchNode(this.cluster, node, patch);
    if (patch.spec?.taints !== undefined) this.#nodesChanged();
    this.#scheduler.retry();
    return patched;
  }

  /** The machine stopped answering: its pods are dead at once, the API learns of it later. */
  machineDied(node: string): void {
    if (this.cluster.nodes.get(node) === undefined || this.cluster.silent.has(node)) return;
    this.kubelets.nodeDied(node);
    const outage = this.#nextOutage(node);
    this.cluster.clock.after(this.cluster.delays.notReady, () => {
      if (this.#outages.get(node) === outage) this.#notReady(node, outage);
    });
  }

  /** EC2 says stopped: the cloud controller marks the Node and leaves it. */
  machineStopped(node: string): void {
    this.#stopped.add(node);
    this.#markStopped(node);
  }

  /** EC2 has no such instance any more: the cloud controller removes its Node. */
  machineGone(node: string): void {
    this.#stopped.delete(node);
    this.#orphans.add(node);
    this.volumes.machineGone(node);
    this.#removeOrphan(node);
  }

  removeNode(name: string): void {
    this.#orphans.delete(name);
    if (!this.cluster.removeNode(name)) return;
    this.nodeClaims.left(name);
    this.kubelets.collect(name);
    this.#nodesChanged();
  }

  #nodesChanged(): void {
    this.#controllers.nodesChanged();
    this.daemonSets.nodesChanged();
  }

  #nextOutage(name: string): number {
    const outage = (this.#outages.get(name) ?? 0) + 1;
    this.#outages.set(name, outage);
    return outage;
  }

  #notReady(name: string, outage: number): void {
    const node = this.cluster.nodes.get(name);
    if (node === undefined) return;
    const conditions = nodeConditions('Unknown', this.cluster.stamp());
    this.cluster.putNode(withUnreachableTaints({ ...node, status: { ...node.status, conditions } }));
    this.kubelets.markUnready(name);
    this.#markStopped(name);
    this.#removeOrphan(name);
    this.cluster.clock.after(this.cluster.delays.podEviction, () => {
      if (this.#outages.get(name) === outage) this.#evictByTaint(name, node.metadata.uid);
    });
  }

  /** The cloud controller looks only at nodes that are not Ready. */
  #markStopped(name: string): void {
    const node = this.cluster.nodes.get(name);
    if (node === undefined || isReady(node) || !this.#stopped.has(name)) return;
    if (this.cluster.spec.cloudController) this.cluster.putNode(withShutdownTaint(node));
  }

  #removeOrphan(name: string): void {
    const node = this.cluster.nodes.get(name);
    if (node === undefined || isReady(node) || !this.#orphans.has(name)) return;
    if (!this.cluster.spec.cloudController) return;
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
