import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type {
  Event as CoreEvent,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Taint,
} from 'kubernetes-types/core/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { VolumeAttachment } from 'kubernetes-types/storage/v1.d.ts';

export type {
  CoreEvent,
  DaemonSet,
  Deployment,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  Taint,
  VolumeAttachment,
};

/** Finds a cluster's API server. Connecting sends nothing to it; the first request does. */
export interface KubernetesAccess {
  /** Reads the endpoint and CA from EKS (cached). Throws PortError `not-found` for an unknown cluster. */
  connect(cluster: ClusterRef): Promise<Kubernetes>;
}

export interface ClusterRef {
  name: string;
  account: string;
  region: string;
}

/**
 * The Kubernetes calls we use, on one cluster. Failures are PortErrors: `unreachable` (no connection or
 * timeout), `unauthorised` (401 after one token refresh, 403), `throttled` (429 by API priority, with
 * `retryAfterMs`), `blocked-by-budget` (429 by a PDB), `budget-not-observed` (429, PDB status still being
 * computed), `several-budgets` (500, more than one PDB), `not-found`, `conflict`, `transient`, `invalid`.
 */
export interface Kubernetes {
  listNodes(selector?: { labelSelector?: string }): Promise<Node[]>;
  getNode(name: string): Promise<Node>;
  /** JSON merge patch; `resourceVersion` in the body's metadata makes it conditional. */
  patchNode(name: string, patch: NodePatch): Promise<Node>;
  deleteNode(name: string, preconditions: { uid: string }): Promise<void>;
  /** Every page, read from etcd (no `resourceVersion=0`: a stale list is not a fact). */
  listPods(filter: PodFilter): Promise<Pod[]>;
  listPodDisruptionBudgets(): Promise<PodDisruptionBudget[]>;
  /** Every page, whole cluster: the API offers no filter by node. */
  listVolumeAttachments(): Promise<VolumeAttachment[]>;
  /** Every page, whole cluster: the API offers no filter by what is behind a volume. */
  listPersistentVolumes(): Promise<PersistentVolume[]>;
  listPersistentVolumeClaims(filter: { namespace?: string }): Promise<PersistentVolumeClaim[]>;
  /**
   * storage.k8s.io/v1, and v1beta1 where the cluster has that alone. Throws PortError `not-found` where it has neither:
   * there are no such classes then.
   */
  listVolumeAttributesClasses(): Promise<VolumeAttributesClass[]>;
  /**
   * JSON merge patch: the volume shall be as this class says; the driver carries that out later. `resourceVersion` makes
   * it conditional (`conflict`).
   */
  patchPersistentVolumeClaim(claim: ClaimRef, patch: ClaimPatch): Promise<PersistentVolumeClaim>;
  /** All namespaces, or one namespace; used to detect other controllers. */
  listDaemonSets(filter: { labelSelector?: string; namespace?: string }): Promise<DaemonSet[]>;
  listDeployments(filter: { labelSelector?: string; namespace?: string }): Promise<Deployment[]>;
  /**
   * Strategic merge patch of a DaemonSet: lists of containers and of `env` are merged by name. `resourceVersion` in the
   * metadata makes it conditional (`conflict`).
   */
  patchDaemonSet(object: { namespace: string; name: string }, patch: DaemonSetPatch): Promise<DaemonSet>;
  /** Newest state of Events with this reason, all namespaces; one page of at most 500, in no order. */
  listEvents(filter: { reason: string }): Promise<CoreEvent[]>;
  /** Karpenter's NodeClaims (karpenter.sh/v1). Throws PortError `not-found` in a cluster without Karpenter. */
  listNodeClaims(): Promise<NodeClaim[]>;
  /** POST pods/eviction with a UID precondition. Resolves when accepted; the pod goes later. */
  evictPod(pod: PodRef, options: { graceSeconds: number }): Promise<void>;
  /** DELETE with a UID precondition. Ignores PDBs: only the rungs above eviction use it. */
  deletePod(pod: PodRef, options: { graceSeconds: number }): Promise<void>;
  /**
   * How far the API server's clock is ahead of ours, in ms, by the `Date` header of its newest answer (which has
   * no fractions of a second); 0 before the first. Its object times must be compared with its own clock.
   */
  serverAheadMs(): number;
}

export interface PodFilter {
  /** `spec.nodeName` field selector. */
  nodeName?: string;
  namespace?: string;
  labelSelector?: string;
}

export interface PodRef {
  namespace: string;
  name: string;
  uid: string;
}

export interface ClaimRef {
  namespace: string;
  name: string;
}

/** Everything it does not name stays; above all the size. */
export interface ClaimPatch {
  metadata: { resourceVersion: string };
  spec: { volumeAttributesClassName: string };
}

/** As far as we read it, the same in v1 and v1beta1. */
export interface VolumeAttributesClass {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  /** e.g. `ebs.csi.aws.com`. */
  driverName: string;
  /** The driver's own words, e.g. `type`, `iops` and `throughput`. */
  parameters?: Record<string, string>;
}

/** A variable of a container: given a value, or taken away. */
export type EnvPatch = { name: string; value: string } | { name: string; $patch: 'delete' };

/** Everything it does not name stays. */
export interface DaemonSetPatch {
  metadata?: { resourceVersion: string };
  spec: { template: { spec: { containers: [{ name: string; env: EnvPatch[] }] } } };
}

/** As far as we read it. */
export interface NodeClaim {
  metadata: { name: string; creationTimestamp: string; labels?: Record<string, string> };
  status?: { nodeName?: string };
}

export interface NodePatch {
  metadata?: {
    resourceVersion?: string;
    labels?: Record<string, string | null>;
    annotations?: Record<string, string | null>;
  };
  /** `taints` replaces the whole list: always send it with the `resourceVersion` it was computed from. */
  spec?: { unschedulable?: boolean | null; taints?: Taint[] | null };
}
