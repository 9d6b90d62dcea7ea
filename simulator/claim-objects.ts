import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
  PersistentVolumeSpec,
} from 'kubernetes-types/core/v1.d.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import { uuid, volumeId } from './ids.ts';
import type { Meta, NamespacedMeta, SimPod } from './model.ts';
import type { WorkloadSpec } from './world-file.ts';

export const DRIVER = 'ebs.csi.aws.com';
const STORAGE_CLASS = 'gp3';
const CAPACITY = { storage: '100Gi' };

export interface SimClaim extends PersistentVolumeClaim {
  metadata: NamespacedMeta;
  spec: PersistentVolumeClaimSpec & { volumeName: string };
  status: PersistentVolumeClaimStatus;
}

export interface SimVolumeObject extends PersistentVolume {
  metadata: Meta;
  spec: PersistentVolumeSpec & { csi: { driver: string; volumeHandle: string } };
}

/** Of the claim that the pod names; undefined for a pod without one. */
export function claimNameOf({ spec }: SimPod): string | undefined {
  return spec.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [])[0];
}

/** A StatefulSet's pods keep their names, and so their volumes. */
export function volumeNameOf({ seed, ref }: SimCluster, { metadata: { namespace, name } }: SimPod): string {
  return `pvc-${uuid(seed, ref.name, 'volume', namespace, name)}`;
}

/** The claim and what it is bound to, as the provisioner leaves them. */
export function boundClaim(
  cluster: SimCluster,
  pod: SimPod,
  workload: WorkloadSpec | undefined,
): { claim: SimClaim; volume: SimVolumeObject } {
  const { namespace } = pod.metadata;
  const name = claimNameOf(pod) ?? '';
  const volumeAttributesClassName = workload?.volumeClass;
  const volumeName = volumeNameOf(cluster, pod);
  const uid = volumeName.replace('pvc-', '');
  const base = { resourceVersion: '1000', creationTimestamp: cluster.stamp(), labels: {}, annotations: {} };
  const claimed = { accessModes: ['ReadWriteOnce'], storageClassName: STORAGE_CLASS };
  const ofClass = volumeAttributesClassName === undefined ? {} : { volumeAttributesClassName };
  const claim: SimClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...base, name, namespace, uid },
    spec: { ...claimed, ...ofClass, resources: { requests: CAPACITY }, volumeName },
    status: {
      phase: 'Bound',
      capacity: CAPACITY,
      ...(volumeAttributesClassName !== undefined && {
        currentVolumeAttributesClassName: volumeAttributesClassName,
      }),
    },
  };
  const volume: SimVolumeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { ...base, name: volumeName, uid: uuid(cluster.seed, cluster.ref.name, 'pv', volumeName) },
    spec: {
      ...claimed,
      ...ofClass,
      capacity: CAPACITY,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      csi: {
        driver: DRIVER,
        volumeHandle: givenId(pod, workload) ?? volumeId(cluster.seed, cluster.ref.name, volumeName),
      },
    },
    status: { phase: 'Bound' },
  };
  return { claim, volume };
}

/** The file names volumes by the ordinals of a StatefulSet's pods. */
function givenId({ metadata }: SimPod, workload: WorkloadSpec | undefined): string | undefined {
  if (workload?.kind !== 'StatefulSet') return undefined;
  return workload.volumeIds[Number(metadata.name.slice(workload.name.length + 1))];
}

/** Tags that the CSI driver gives, with `--extra-create-metadata` and a cluster id. */
export function tagsOfVolume(cluster: string, { metadata, spec }: SimVolumeObject): Record<string, string> {
  return {
    'ebs.csi.aws.com/cluster': 'true',
    CSIVolumeName: metadata.name,
    'kubernetes.io/created-for/pv/name': metadata.name,
    'kubernetes.io/created-for/pvc/name': spec.claimRef?.name ?? '',
    'kubernetes.io/created-for/pvc/namespace': spec.claimRef?.namespace ?? '',
    [`kubernetes.io/cluster/${cluster}`]: 'owned',
    KubernetesCluster: cluster,
  };
}
