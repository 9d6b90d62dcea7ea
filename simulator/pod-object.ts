import type { OwnerReference } from 'kubernetes-types/meta/v1.d.ts';
import type { SimCluster } from './cluster.ts';
import { nameSuffix, uuid } from './ids.ts';
import { podKey, type SimDaemonSet, type SimPod } from './model.ts';
import { REVISION, revisionOf } from './revision.ts';
import type { WorkloadSpec } from './world-file.ts';

const PRIORITY: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Every simulated node carries its group's name under this label. */
export const GROUP_LABEL = 'node-group';

/** Which of the workload's pods this is: an ordinal, and the node for pods that belong to one. */
export interface PodPlace {
  ordinal: number;
  node?: string;
}

export function labelsOf(workload: WorkloadSpec): Record<string, string> {
  return workload.labels ?? { app: workload.name };
}

/** A new pod as its controller posts it: Pending, and bound only where the controller binds it. */
export function newPod(cluster: SimCluster, workload: WorkloadSpec, place: PodPlace): SimPod {
  const name = podName(cluster, workload, place);
  const daemonSet = workload.kind === 'DaemonSet' ? cluster.daemonSets.get(podKey(workload)) : undefined;
  const revision = daemonSet === undefined ? {} : { [REVISION]: revisionOf(cluster, daemonSet) };
  const labels = { ...labelsOf(workload), ...controllerLabels(cluster, workload, name), ...revision };
  const meta = cluster.newMeta(name, labels, {
    ...workload.annotations,
    ...(workload.kind === 'mirror' ? { 'kubernetes.io/config.mirror': uuid(0, workload.name) } : {}),
  });
  const owner = ownerOf(cluster, workload, place);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...meta,
      namespace: workload.namespace,
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: podSpec(workload, { place, name, daemonSet }),
    status: { phase: 'Pending', conditions: [] },
  };
}

function controllerLabels(cluster: SimCluster, workload: WorkloadSpec, pod: string): Record<string, string> {
  switch (workload.kind) {
    case 'Deployment':
      return { 'pod-template-hash': templateHash(cluster, workload) };
    case 'StatefulSet':
      return { 'statefulset.kubernetes.io/pod-name': pod };
    case 'Job':
      return { 'batch.kubernetes.io/controller-uid': ownerUid(cluster, workload, 'Job', workload.name) };
    default:
      return {};
  }
}

function podName(cluster: SimCluster, workload: WorkloadSpec, place: PodPlace): string {
  if (workload.kind === 'Deployment') return freshName(cluster, workload, replicaSetName(cluster, workload));
  if (workload.kind === 'StatefulSet') return `${workload.name}-${place.ordinal}`;
  if (workload.kind === 'mirror') return `${workload.name}-${place.node ?? ''}`;
  if (workload.kind === 'bare')
    return place.ordinal === 0 ? workload.name : `${workload.name}-${place.ordinal}`;
  return freshName(cluster, workload, workload.name);
}

/** Five characters collide now and then; the API server tries another name, too. */
function freshName(cluster: SimCluster, workload: WorkloadSpec, prefix: string): string {
  for (;;) {
    const name = `${prefix}-${cluster.suffix(5)}`;
    if (cluster.pods.get(podKey({ namespace: workload.namespace, name })) === undefined) return name;
  }
}

function replicaSetName(cluster: SimCluster, workload: WorkloadSpec): string {
  return `${workload.name}-${templateHash(cluster, workload)}`;
}

function templateHash(cluster: SimCluster, { namespace, name }: WorkloadSpec): string {
  return nameSuffix(cluster.seed, 10, cluster.ref.name, namespace, name);
}

function ownerUid(cluster: SimCluster, { namespace }: WorkloadSpec, kind: string, name: string): string {
  return uuid(cluster.seed, cluster.ref.name, kind, namespace, name);
}

function ownerOf(cluster: SimCluster, workload: WorkloadSpec, place: PodPlace): OwnerReference | undefined {
  if (workload.kind === 'bare') return undefined;
  if (workload.kind === 'mirror') {
    const node = cluster.nodes.get(place.node ?? '');
    return owner('v1', 'Node', node?.metadata.name ?? '', node?.metadata.uid ?? '');
  }
  const isDeployment = workload.kind === 'Deployment';
  const name = isDeployment ? replicaSetName(cluster, workload) : workload.name;
  const kind = workload.kind === 'Deployment' ? 'ReplicaSet' : workload.kind;
  const uid = ownerUid(cluster, workload, kind, name);
  return owner(kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name, uid);
}

function owner(apiVersion: string, kind: string, name: string, uid: string): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: kind !== 'Node' };
}

interface NewPod {
  place: PodPlace;
  name: string;
  /** Whose template it is made from. */
  daemonSet: SimDaemonSet | undefined;
}

function podSpec(workload: WorkloadSpec, { place, name, daemonSet }: NewPod): SimPod['spec'] {
  const plain = { name: workload.name, image: workload.image ?? `${workload.name}:1` };
  const volumes = volumesOf(workload, name);
  const priority = PRIORITY[workload.priorityClassName ?? ''];
  return {
    containers: daemonSet?.spec.template.spec?.containers ?? [plain],
    ...(workload.hostNetwork ? { hostNetwork: true } : {}),
    terminationGracePeriodSeconds: Math.round(workload.grace / 1_000),
    tolerations: tolerationsOf(workload),
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(workload.priorityClassName === undefined ? {} : { priorityClassName: workload.priorityClassName }),
    ...(priority === undefined ? {} : { priority }),
    ...(workload.group === undefined ? {} : { nodeSelector: { [GROUP_LABEL]: workload.group } }),
    ...(place.node === undefined ? {} : { nodeName: place.node }),
  };
}

function volumesOf({ emptyDir, volume }: WorkloadSpec, pod: string): NonNullable<SimPod['spec']['volumes']> {
  return [
    ...(emptyDir ? [{ name: 'scratch', emptyDir: {} }] : []),
    ...(volume ? [{ name: 'data', persistentVolumeClaim: { claimName: `data-${pod}` } }] : []),
  ];
}

export function tolerationsOf(workload: WorkloadSpec): NonNullable<SimPod['spec']['tolerations']> {
  if (workload.kind === 'mirror') return [{ operator: 'Exists', effect: 'NoExecute' }];
  const defaults = ['not-ready', 'unreachable'].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(workload.kind === 'DaemonSet' ? {} : { tolerationSeconds: 300 }),
  }));
  const cordoned = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };
  return toleratesCordon(workload) ? [...defaults, cordoned] : defaults;
}

export function toleratesCordon(workload: WorkloadSpec): boolean {
  return workload.toleratesUnschedulable || workload.kind === 'DaemonSet' || workload.kind === 'mirror';
}

/** Pods of these exist once on each node and are bound there by their controller. */
export function isPerNode(workload: WorkloadSpec): boolean {
  return workload.kind === 'DaemonSet' || workload.kind === 'mirror';
}
