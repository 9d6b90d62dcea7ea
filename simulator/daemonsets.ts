import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import { SECOND_MS } from '../shared/clock.ts';
import type { DaemonSetPatch } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import { daemonSetOf, patched, withEnv } from './daemonset-object.ts';
import type { Kubelets } from './kubelet.ts';
import { isDeleting, isReady, podKey, type SimDaemonSet, type SimPod } from './model.ts';
import { runsOn } from './placement.ts';
import { isOfRevision, revisionOf } from './revision.ts';
import type { WorkloadSpec } from './world-file.ts';

interface Subject {
  daemonSet: SimDaemonSet;
  workload: WorkloadSpec;
}

/**
 * The DaemonSet controller: replaces pods of an older template, as many at a time as may be unavailable, and keeps
 * the status, a moment after something changed. Missing pods are `Controllers`' part.
 */
export class DaemonSets {
  readonly #cluster: SimCluster;
  readonly #kubelets: Kubelets;
  readonly #due = new Set<string>();
  /** DaemonSets whose next template does not work. */
  readonly #breaking = new Set<string>();

  constructor(cluster: SimCluster, kubelets: Kubelets) {
    this.#cluster = cluster;
    this.#kubelets = kubelets;
    cluster.podListeners.push((pod) => this.#podChanged(pod));
  }

  /** Before its first pod is there: pods are made from it. */
  add(workload: WorkloadSpec): void {
    if (workload.kind === 'DaemonSet') this.#cluster.putDaemonSet(daemonSetOf(this.#cluster, workload));
  }

  /** What the controller has seen when the world starts. */
  settle(): void {
    for (const daemonSet of this.#cluster.daemonSets.values()) this.#sync(podKey(daemonSet.metadata));
  }

  /** A node came or went, or has other taints. */
  nodesChanged(): void {
    for (const daemonSet of this.#cluster.daemonSets.values()) this.#look(podKey(daemonSet.metadata));
  }

  /** Undefined when there is none. Throws PortError `conflict` or `invalid`. */
  patch(key: string, patch: DaemonSetPatch): SimDaemonSet | undefined {
    const daemonSet = this.#cluster.daemonSets.get(key);
    return daemonSet === undefined ? undefined : this.#put(daemonSet, patched(daemonSet, patch));
  }

  /** Somebody else than the product, e.g. EKS or a person with kubectl. */
  setEnv(key: string, env: EnvVar[]): SimDaemonSet {
    const daemonSet = this.#existing(key);
    return this.#put(daemonSet, withEnv(daemonSet, env));
  }

  /** The pods of its next template run and never become Ready, until it gets another one. */
  breakNext(key: string): void {
    this.#breaking.add(key);
  }

  /** Every node has its pod of the present template, and all of them are available. */
  isRolledOut(key: string): boolean {
    const { metadata, status } = this.#existing(key);
    const { desiredNumberScheduled, updatedNumberScheduled, numberAvailable, observedGeneration } = status;
    return (
      observedGeneration === metadata.generation &&
      (updatedNumberScheduled ?? 0) === desiredNumberScheduled &&
      (numberAvailable ?? 0) === desiredNumberScheduled
    );
  }

  #existing(key: string): SimDaemonSet {
    const daemonSet = this.#cluster.daemonSets.get(key);
    if (daemonSet === undefined) throw new Error(`no DaemonSet ${key}`);
    return daemonSet;
  }

  #put(before: SimDaemonSet, after: SimDaemonSet): SimDaemonSet {
    if (after === before) return before;
    const key = podKey(after.metadata);
    const { broken } = this.#cluster;
    const revision = revisionOf(this.#cluster, after);
    if (this.#breaking.delete(key)) broken.add(revision);
    else broken.delete(revision);
    this.#look(key);
    return this.#cluster.putDaemonSet(after);
  }

  #podChanged(pod: SimPod): void {
    const key = this.#cluster.workloadKeyOf(pod);
    if (this.#cluster.daemonSets.get(key) !== undefined) this.#look(key);
  }

  #look(key: string): void {
    if (this.#due.has(key)) return;
    this.#due.add(key);
    this.#cluster.clock.after(this.#cluster.delays.controller, () => {
      this.#due.delete(key);
      this.#sync(key);
    });
  }

  #sync(key: string): void {
    const daemonSet = this.#cluster.daemonSets.get(key);
    const workload = this.#cluster.workloads.get(key);
    if (daemonSet === undefined || workload === undefined) return;
    const wanted = this.#wanted(workload);
    this.#replaceOld({ daemonSet, workload }, wanted);
    const status = this.#statusOf({ daemonSet, workload }, wanted);
    if (JSON.stringify(status) !== JSON.stringify(daemonSet.status)) {
      this.#cluster.putDaemonSet({ ...daemonSet, status });
    }
  }

  /** One entry for each node that shall have a pod, with the pods that it has. */
  #wanted(workload: WorkloadSpec): SimPod[][] {
    const byNode = new Map<string | undefined, SimPod[]>();
    for (const pod of this.#cluster.podsOfWorkload(workload)) {
      byNode.set(pod.spec.nodeName, [...(byNode.get(pod.spec.nodeName) ?? []), pod]);
    }
    return [...this.#cluster.nodes.values()]
      .filter((node) => runsOn(this.#cluster, workload, node))
      .map((node) => byNode.get(node.metadata.name) ?? []);
  }

  /** Old pods that are not available anyway go at once; the others as far as the strategy lets them. */
  #replaceOld({ daemonSet, workload }: Subject, wanted: SimPod[][]): void {
    const revision = revisionOf(this.#cluster, daemonSet);
    const living = wanted.map((pods) => pods.find((pod) => !isDeleting(pod)));
    const old = living.filter((pod) => pod !== undefined).filter((pod) => !isOfRevision(pod, revision));
    if (old.length === 0) return;
    const isUnavailable = (pod: SimPod | undefined) =>
      pod === undefined || (isOfRevision(pod, revision) && !isReady(pod));
    const room = Math.max(0, mostUnavailable(daemonSet, wanted.length) - living.filter(isUnavailable).length);
    const going = [...old.filter((pod) => !isReady(pod)), ...old.filter(isReady).slice(0, room)];
    for (const pod of going) this.#kubelets.terminate(pod, workload.grace / SECOND_MS);
  }

  #statusOf({ daemonSet }: Subject, wanted: SimPod[][]): SimDaemonSet['status'] {
    const revision = revisionOf(this.#cluster, daemonSet);
    const scheduled = wanted.flatMap(([oldest]) => oldest ?? []);
    const available = scheduled.filter(isReady).length;
    return {
      currentNumberScheduled: scheduled.length,
      desiredNumberScheduled: wanted.length,
      numberMisscheduled: 0,
      numberReady: available,
      numberAvailable: available,
      numberUnavailable: wanted.length - available,
      updatedNumberScheduled: scheduled.filter((pod) => isOfRevision(pod, revision)).length,
      observedGeneration: daemonSet.metadata.generation,
    };
  }
}

/** A share rounds up, so that a roll-out always goes on. */
function mostUnavailable({ spec }: SimDaemonSet, nodes: number): number {
  const most = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return typeof most === 'number' ? most : Math.ceil((Number.parseInt(most, 10) * nodes) / 100);
}
