import type { SimCluster } from './cluster.ts';
import type { Kubelets } from './kubelet.ts';
import { isDeleting, isTerminal, podKey, type SimPod } from './model.ts';
import { runsOn } from './placement.ts';
import { isPerNode, newPod } from './pod-object.ts';
import type { Scheduler } from './scheduler.ts';
import type { WorkloadSpec } from './world-file.ts';

/**
 * The controllers that replace pods. A ReplicaSet or Job replaces a pod as soon as it is being deleted; a
 * StatefulSet or DaemonSet only when it is gone, because the new one has its name or its place.
 */
export class Controllers {
  readonly #cluster: SimCluster;
  readonly #scheduler: Scheduler;
  readonly #kubelets: Kubelets;
  readonly #due = new Set<string>();

  constructor(cluster: SimCluster, scheduler: Scheduler, kubelets: Kubelets) {
    this.#cluster = cluster;
    this.#scheduler = scheduler;
    this.#kubelets = kubelets;
    cluster.podListeners.push((pod, removed) => this.#podChanged(pod, removed));
  }

  /** Pods that exist when the world starts: spread over the nodes, running since long. */
  populate(): void {
    for (const workload of this.#cluster.workloads.values()) {
      this.#missing(workload).forEach(({ ordinal, node }) => {
        const draft = this.#create(workload, { ordinal, ...(node === undefined ? {} : { node }) });
        const place = draft.spec.nodeName ?? this.#scheduler.nextInTurn(draft)?.metadata.name;
        if (place === undefined) {
          this.#scheduler.add(draft);
          return;
        }
        const bound = { ...draft, spec: { ...draft.spec, nodeName: place } };
        this.#cluster.putPod(this.#kubelets.settled(bound, ordinal < workload.unready));
      });
    }
  }

  /** A node came or went: workloads with one pod on each node look again. */
  nodesChanged(): void {
    for (const workload of this.#cluster.workloads.values()) if (isPerNode(workload)) this.#look(workload);
  }

  #podChanged(pod: SimPod, removed: boolean): void {
    if (!removed && !isDeleting(pod)) return;
    const workload = this.#cluster.workloadOf.get(pod.metadata.uid);
    if (workload !== undefined && workload.kind !== 'bare' && !workload.completed) this.#look(workload);
    if (removed) this.#scheduler.retry();
  }

  #look(workload: WorkloadSpec): void {
    const key = podKey(workload);
    if (this.#due.has(key)) return;
    this.#due.add(key);
    this.#cluster.clock.after(this.#cluster.delays.controller, () => {
      this.#due.delete(key);
      for (const place of this.#missing(workload)) this.#add(workload, place);
    });
  }

  #add(workload: WorkloadSpec, place: { ordinal: number; node?: string }): void {
    const pod = this.#create(workload, place);
    if (pod.spec.nodeName === undefined) this.#scheduler.add(pod);
    else this.#kubelets.start(pod);
  }

  #create(workload: WorkloadSpec, place: { ordinal: number; node?: string }): SimPod {
    const pod = newPod(this.#cluster, workload, place);
    this.#cluster.workloadOf.set(pod.metadata.uid, workload);
    return this.#cluster.putPod(pod);
  }

  #missing(workload: WorkloadSpec): { ordinal: number; node?: string }[] {
    const pods = this.#cluster.podsOfWorkload(workload);
    if (isPerNode(workload)) return this.#missingNodes(workload, pods);
    const ordinals = Array.from({ length: workload.replicas }, (_, ordinal) => ({ ordinal }));
    if (workload.kind === 'StatefulSet') {
      const taken = new Set(pods.map((pod) => pod.metadata.name));
      return ordinals.filter(({ ordinal }) => !taken.has(`${workload.name}-${ordinal}`));
    }
    const active = pods.filter((pod) => !isDeleting(pod) && !(isTerminal(pod) && !workload.completed));
    return ordinals.slice(active.length);
  }

  #missingNodes(workload: WorkloadSpec, pods: SimPod[]): { ordinal: number; node: string }[] {
    const taken = new Set(pods.map((pod) => pod.spec.nodeName));
    return [...this.#cluster.nodes.values()]
      .filter((node) => runsOn(this.#cluster, workload, node))
      .map((node, ordinal) => ({ ordinal, node: node.metadata.name }))
      .filter(({ node }) => !taken.has(node));
  }
}
