import { isReady, podKey, type SimInstance } from './model.ts';
import type { ClusterRuntime } from './runtime.ts';

/** One machine as people see it. `pods` are `namespace/name`. */
export interface NodeView {
  id: string;
  name: string;
  cluster: string;
  group: string;
  zone: string;
  lifecycle: SimInstance['lifecycle'];
  state: SimInstance['state'];
  /** `absent`: the instance has no Node (yet, or any more). */
  node: 'ready' | 'not-ready' | 'absent';
  unschedulable: boolean;
  pods: string[];
}

export function viewOf(instance: SimInstance, { cluster: store }: ClusterRuntime): NodeView {
  const { id, cluster, group, zone, lifecycle, state, privateDnsName: name } = instance;
  const node = store.nodes.get(name);
  return {
    id,
    name,
    cluster,
    group,
    zone,
    lifecycle,
    state,
    node: node === undefined ? 'absent' : isReady(node) ? 'ready' : 'not-ready',
    unschedulable: node?.spec.unschedulable ?? false,
    pods: store.podsOn(name).map((pod) => podKey(pod.metadata)),
  };
}
