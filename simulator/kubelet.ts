import type { PodCondition } from 'kubernetes-types/core/v1.d.ts';
import { type EpochMs, SECOND_MS } from '../shared/clock.ts';
import type { SimCluster } from './cluster.ts';
import { isDeleting, isTerminal, type PodEnding, podKey, type SimPod } from './model.ts';
import { REVISION } from './revision.ts';
import type { Volumes } from './volumes.ts';

/**
 * The kubelets of a cluster, and the part of the API server that starts a deletion: a pod with a
 * deletionTimestamp stays until its kubelet says that it has ended.
 */
export class Kubelets {
  readonly #cluster: SimCluster;
  readonly #volumes: Volumes;
  readonly #stopping = new Map<string, { since: EpochMs; cancel: () => void }>();

  constructor(cluster: SimCluster, volumes: Volumes) {
    this.#cluster = cluster;
    this.#volumes = volumes;
  }

  /** A bound pod starts: its volume first, running after the start delay, Ready after the workload's own time. */
  start(pod: SimPod): void {
    const { clock, delays } = this.#cluster;
    this.#volumes.mount(pod, () => {
      clock.after(delays.podStart, () => this.#running(pod.metadata.uid, podKey(pod.metadata)));
    });
  }

  /** What the pod looks like when it has been up for long: for the fleet as it stands at the start. */
  settled(pod: SimPod, unready: boolean): SimPod {
    this.#volumes.settle(pod);
    const workload = this.#cluster.workloadOf.get(pod.metadata.uid);
    const phase = workload?.completed === true ? 'Succeeded' : 'Running';
    return this.#withStatus(pod, phase, phase === 'Running' && !unready);
  }

  /** `graceSeconds` as in DeleteOptions; a shorter grace than the one running counts, a longer does not. */
  terminate(pod: SimPod, graceSeconds: number, reason?: string): void {
    if (isTerminal(pod) || pod.spec.nodeName === undefined || graceSeconds <= 0) {
      this.#end(pod, pod.spec.nodeName === undefined || isTerminal(pod) ? 'never-ran' : 'killed');
      return;
    }
    const deadline = this.#cluster.stamp(this.#cluster.clock.now() + graceSeconds * SECOND_MS);
    if (isDeleting(pod) && (pod.metadata.deletionTimestamp ?? '') <= deadline) return;
    const metadata = {
      ...pod.metadata,
      deletionTimestamp: deadline,
      deletionGracePeriodSeconds: graceSeconds,
    };
    const conditions = reason === undefined ? pod.status.conditions : this.#disrupted(pod, reason);
    const status = { ...pod.status, ...(conditions === undefined ? {} : { conditions }) };
    this.#cluster.putPod({ ...pod, metadata, status });
    this.#scheduleEnd(pod, graceSeconds * SECOND_MS);
  }

  /** The machine is gone: nothing on it reports any more. Running pods die where they stand. */
  nodeDied(node: string): void {
    this.#cluster.silent.add(node);
    for (const pod of this.#cluster.podsOn(node)) this.#stopping.get(pod.metadata.uid)?.cancel();
  }

  /** The machine is up again: what was to end ends, the rest starts anew. */
  nodeBack(node: string): void {
    if (!this.#cluster.silent.delete(node)) return;
    for (const pod of this.#cluster.podsOn(node)) {
      if (isDeleting(pod)) this.forget(pod);
      else if (!isTerminal(pod)) this.start(pod);
    }
  }

  /** Removes from the API a pod whose machine died under it. */
  forget(pod: SimPod): void {
    this.#end(pod, pod.status.phase === 'Running' ? 'cut-off' : 'never-ran');
  }

  /** Pods lose their Ready condition when their node does (the node controller writes it). */
  markUnready(node: string): void {
    for (const pod of this.#cluster.podsOn(node)) {
      if (!isTerminal(pod)) this.#cluster.putPod(this.#withStatus(pod, pod.status.phase, false));
    }
  }

  /** Removes what is left of a node's pods once its Node object is gone. */
  collect(node: string): void {
    const wasSilent = this.#cluster.silent.delete(node);
    for (const pod of this.#cluster.podsOn(node)) {
      const ran = pod.status.phase === 'Running';
      this.#end(pod, ran ? (wasSilent ? 'cut-off' : 'killed') : 'never-ran');
    }
  }

  #scheduleEnd(pod: SimPod, graceMs: number): void {
    const { clock, silent, workloadOf } = this.#cluster;
    const { uid } = pod.metadata;
    const earlier = this.#stopping.get(uid);
    earlier?.cancel();
    if (silent.has(pod.spec.nodeName ?? '')) return;
    const since = earlier?.since ?? clock.now();
    const doneAt = since + (workloadOf.get(uid)?.shutdown ?? 0);
    const killedAt = clock.now() + graceMs;
    const ran = pod.status.phase === 'Running';
    const how = !ran ? 'never-ran' : doneAt <= killedAt ? 'graceful' : 'killed';
    const end = () => this.#endByUid(podKey(pod.metadata), uid, how);
    this.#stopping.set(uid, { since, cancel: clock.at(Math.min(doneAt, killedAt), end) });
  }

  #endByUid(key: string, uid: string, how: PodEnding['how']): void {
    const pod = this.#cluster.pods.get(key);
    if (pod?.metadata.uid === uid) this.#end(pod, how);
  }

  #end(pod: SimPod, how: PodEnding['how']): void {
    const { uid } = pod.metadata;
    this.#stopping.get(uid)?.cancel();
    this.#stopping.delete(uid);
    const node = pod.spec.nodeName;
    const ending: PodEnding = {
      at: this.#cluster.clock.now(),
      cluster: this.#cluster.ref.name,
      pod: podKey(pod.metadata),
      uid,
      ...(node === undefined ? {} : { node }),
      how,
    };
    this.#cluster.endings.push(ending);
    this.#cluster.endingOf.set(uid, ending);
    this.#cluster.removePod(pod);
  }

  #running(uid: string, key: string): void {
    const pod = this.#alive(uid, key);
    if (pod === undefined) return;
    this.#cluster.putPod(this.#withStatus(pod, 'Running', false));
    const { clock, workloadOf, broken } = this.#cluster;
    if (broken.has(pod.metadata.labels[REVISION] ?? '')) return;
    clock.after(workloadOf.get(uid)?.ready ?? 0, () => {
      const started = this.#alive(uid, key);
      if (started !== undefined) this.#cluster.putPod(this.#withStatus(started, 'Running', true));
    });
  }

  #alive(uid: string, key: string): SimPod | undefined {
    const pod = this.#cluster.pods.get(key);
    if (pod?.metadata.uid !== uid || isDeleting(pod)) return undefined;
    return this.#cluster.silent.has(pod.spec.nodeName ?? '') ? undefined : pod;
  }

  #withStatus(pod: SimPod, phase: string, ready: boolean): SimPod {
    const since = this.#cluster.stamp();
    const kept = (pod.status.conditions ?? []).filter((entry) => entry.type === 'DisruptionTarget');
    const conditions = [
      condition('PodScheduled', true, since),
      condition('Initialized', true, since),
      condition('ContainersReady', ready, since),
      condition('Ready', ready, since),
      ...kept,
    ];
    return { ...pod, status: { ...pod.status, phase, conditions, startTime: pod.status.startTime ?? since } };
  }

  #disrupted(pod: SimPod, reason: string): PodCondition[] {
    const others = (pod.status.conditions ?? []).filter((entry) => entry.type !== 'DisruptionTarget');
    const since = this.#cluster.stamp();
    return [...others, { ...condition('DisruptionTarget', true, since), reason }];
  }
}

function condition(type: string, holds: boolean, since: string): PodCondition {
  return { type, status: holds ? 'True' : 'False', lastTransitionTime: since };
}
