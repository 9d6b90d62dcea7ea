import type { DaemonSetSpec, DaemonSetStatus } from 'kubernetes-types/apps/v1.d.ts';
import type { Node, NodeSpec, NodeStatus, Pod, PodSpec, PodStatus } from 'kubernetes-types/core/v1.d.ts';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.d.ts';
import type { VolumeAttachmentSpec, VolumeAttachmentStatus } from 'kubernetes-types/storage/v1.d.ts';
import type { EpochMs } from '../shared/clock.ts';
import type { Instance } from '../shared/ports/ec2.ts';
import type { DaemonSet, PodDisruptionBudget, VolumeAttachment } from '../shared/ports/kubernetes.ts';

export interface Meta extends ObjectMeta {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface NamespacedMeta extends Meta {
  namespace: string;
}

/** The objects inside the simulator: the published shapes, with the parts it always fills in made certain. */
export interface SimPod extends Pod {
  metadata: NamespacedMeta;
  spec: PodSpec;
  status: PodStatus & { phase: string };
}

export interface SimNode extends Node {
  metadata: Meta;
  spec: NodeSpec & { providerID: string };
  status: NodeStatus;
}

export interface SimBudget extends PodDisruptionBudget {
  metadata: NamespacedMeta & { generation: number };
  spec: PodDisruptionBudgetSpec;
  status: PodDisruptionBudgetStatus & { observedGeneration: number };
}

export interface SimDaemonSet extends DaemonSet {
  metadata: NamespacedMeta & { generation: number };
  spec: DaemonSetSpec;
  status: DaemonSetStatus & { observedGeneration: number };
}

export interface SimAttachment extends VolumeAttachment {
  metadata: Meta;
  spec: VolumeAttachmentSpec;
  status: VolumeAttachmentStatus;
}

export interface SimInstance extends Instance {
  cluster: string;
  group: string;
  privateIp: string;
  privateDnsName: string;
  terminatedAt?: EpochMs;
}

/** How a pod left the cluster. */
export interface PodEnding {
  at: EpochMs;
  cluster: string;
  /** `namespace/name`. */
  pod: string;
  uid: string;
  node?: string;
  /**
   * `graceful`: shut down by itself. `killed`: its grace was too short. `cut-off`: its instance died under it
   * before it had shut down. `never-ran`: it was not running.
   */
  how: 'graceful' | 'killed' | 'cut-off' | 'never-ran';
}

export function podKey(pod: { namespace: string; name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}

export function isReady(object: { status: { conditions?: { type: string; status: string }[] } }): boolean {
  return (
    object.status.conditions?.some((entry) => entry.type === 'Ready' && entry.status === 'True') ?? false
  );
}

export function isTerminal(pod: SimPod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isDeleting(pod: SimPod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** Not Ready, and somebody vouches that nothing runs on it any more. */
export function isAbandoned(node: SimNode | undefined): boolean {
  return (
    node !== undefined &&
    !isReady(node) &&
    node.spec.taints?.some((taint) => taint.key === OUT_OF_SERVICE && taint.effect === 'NoExecute') === true
  );
}
