import type { Toleration } from 'kubernetes-types/core/v1.d.ts';
import { SECOND_MS } from '../shared/clock.ts';
import type { Taint } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { Kubelets } from './kubelet.ts';
import { isAbandoned, isDeleting, type SimNode, type SimPod } from './model.ts';
import { UNREACHABLE } from './node-object.ts';

/** The pod garbage collector's part, pod by pod. */
const COLLECT_MS = SECOND_MS;

/**
 * Two controllers that act on NoExecute taints. The taint manager deletes, with their grace, the pods that do not
 * tolerate one; on a Ready node that is an eviction past every budget. The pod garbage collector removes such pods
 * from the API where the node is not Ready and declared out of service.
 */
export class TaintController {
  readonly #cluster: SimCluster;
  readonly #kubelets: Kubelets;

  constructor(cluster: SimCluster, kubelets: Kubelets) {
    this.#cluster = cluster;
    this.#kubelets = kubelets;
  }

  watch(): void {
    this.#cluster.nodeListeners.push((name) => this.#nodeChanged(name));
    this.#cluster.podListeners.push((pod, removed) => {
      if (!removed && isDeleting(pod)) this.#collectLater(pod);
    });
  }

  #nodeChanged(name: string): void {
    const node = this.#cluster.nodes.get(name);
    const taints = node === undefined ? [] : executing(node);
    if (taints.length === 0) return;
    for (const pod of this.#cluster.podsOn(name)) {
      if (isDeleting(pod)) this.#collectLater(pod);
      else if (!taints.every((taint) => tolerates(pod.spec.tolerations ?? [], taint))) this.#delete(pod);
    }
  }

  #delete(pod: SimPod): void {
    const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
    this.#kubelets.terminate(pod, Math.max(1, grace), 'DeletionByTaintManager');
  }

  #collectLater(pod: SimPod): void {
    const name = pod.spec.nodeName ?? '';
    if (!isAbandoned(this.#cluster.nodes.get(name))) return;
    const { uid } = pod.metadata;
    this.#cluster.clock.after(COLLECT_MS, () => {
      const current = this.#cluster.podsOn(name).find((candidate) => candidate.metadata.uid === uid);
      if (current !== undefined && isAbandoned(this.#cluster.nodes.get(name))) {
        this.#kubelets.forget(current);
      }
    });
  }
}

/** `unreachable` is tolerated for a while by every pod; whoever marks the node NotReady sees to that. */
function executing(node: SimNode): Taint[] {
  return (node.spec.taints ?? []).filter(
    (taint) => taint.effect === 'NoExecute' && taint.key !== UNREACHABLE,
  );
}

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (key === undefined || key === taint.key) &&
      (effect === undefined || effect === taint.effect) &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

/** Whether the taints let a new pod onto the node. */
export function admits(node: SimNode, tolerations: readonly Toleration[] = []): boolean {
  const taints = node.spec.taints ?? [];
  return taints.every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(tolerations, taint));
}
