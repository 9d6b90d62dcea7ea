import type { SimCluster } from './cluster.ts';
import type { Kubelets } from './kubelet.ts';
import { isReady, podKey, type SimNode, type SimPod } from './model.ts';
import { admits } from './taints.ts';

/** Binds pending pods: first fit over schedulable Ready nodes, by the number of pods a node takes. */
export class Scheduler {
  readonly #cluster: SimCluster;
  readonly #kubelets: Kubelets;
  readonly #pending = new Set<string>();
  #isDue = false;
  #turns: string[] = [];
  #turn = 0;

  constructor(cluster: SimCluster, kubelets: Kubelets) {
    this.#cluster = cluster;
    this.#kubelets = kubelets;
  }

  add(pod: SimPod): void {
    this.#pending.add(podKey(pod.metadata));
    this.retry();
  }

  /** Something changed that may make room. Rounds are coalesced. */
  retry(): void {
    if (this.#isDue || this.#pending.size === 0) return;
    this.#isDue = true;
    this.#cluster.clock.after(this.#cluster.delays.schedule, () => this.#round());
  }

  /** For the start of the world: goes round the nodes instead of filling the first ones. */
  nextInTurn(pod: SimPod): SimNode | undefined {
    if (this.#turns.length !== this.#cluster.nodes.size) {
      this.#turns = [...this.#cluster.nodes.values()].map((node) => node.metadata.name);
    }
    for (let tries = 0; tries < this.#turns.length; tries++) {
      const name = this.#turns[this.#turn++ % this.#turns.length] ?? '';
      const node = this.#cluster.nodes.get(name);
      if (node !== undefined && this.#fits(node, pod)) return node;
    }
    return undefined;
  }

  #round(): void {
    this.#isDue = false;
    for (const key of [...this.#pending]) {
      const pod = this.#cluster.pods.get(key);
      if (pod === undefined || pod.spec.nodeName !== undefined) this.#pending.delete(key);
      else this.#place(key, pod);
    }
  }

  #place(key: string, pod: SimPod): void {
    const node = this.#firstFit(pod);
    if (node === undefined) {
      if (pod.status.conditions?.length === 0) this.#cluster.putPod(unschedulable(pod, this.#now()));
      return;
    }
    this.#pending.delete(key);
    const spec = { ...pod.spec, nodeName: node.metadata.name };
    const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: this.#now() }];
    this.#kubelets.start(this.#cluster.putPod({ ...pod, spec, status: { ...pod.status, conditions } }));
  }

  #firstFit(pod: SimPod): SimNode | undefined {
    for (const node of this.#cluster.nodes.values()) if (this.#fits(node, pod)) return node;
    return undefined;
  }

  #fits(node: SimNode, pod: SimPod): boolean {
    const { labels } = node.metadata;
    return (
      this.#countOn(node) < Number(node.status.allocatable?.['pods'] ?? 0) &&
      isReady(node) &&
      admits(node, pod.spec.tolerations) &&
      Object.entries(pod.spec.nodeSelector ?? {}).every(([name, value]) => labels[name] === value)
    );
  }

  #countOn(node: SimNode): number {
    return this.#cluster.countOn(node.metadata.name);
  }

  #now(): string {
    return this.#cluster.stamp();
  }
}

function unschedulable(pod: SimPod, since: string): SimPod {
  const message = 'no node takes the pod: too many pods, not ready or unschedulable';
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  const conditions = [{ ...condition, lastTransitionTime: since }];
  return { ...pod, status: { ...pod.status, conditions } };
}
