import type { SimCluster } from './cluster.ts';
import type { SimNode } from './model.ts';
import { GROUP_LABEL, tolerationsOf } from './pod-object.ts';
import { admits } from './taints.ts';
import type { WorkloadSpec } from './world-file.ts';

/** Whether a workload with one pod on each node has one there. A kubelet runs its static pods whatever the taints say. */
export function runsOn(cluster: SimCluster, workload: WorkloadSpec, node: SimNode): boolean {
  if (workload.group !== undefined && node.metadata.labels[GROUP_LABEL] !== workload.group) return false;
  if (workload.kind === 'mirror') return !cluster.silent.has(node.metadata.name);
  return admits(node, tolerationsOf(workload));
}
