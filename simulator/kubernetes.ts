import { failureKind, PortError } from '../shared/errors.ts';
import type { Kubernetes, KubernetesAccess, PodFilter } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import { noCluster } from './eks.ts';
import { findPod, requestEviction } from './eviction.ts';
import type { Effect, Gate } from './gate.ts';
import { KIN_LABELS } from './kin.ts';
import { podKey, type SimNode, type SimPod } from './model.ts';
import type { ClusterRuntime } from './runtime.ts';
import { labelFilter, requirementsOf } from './selectors.ts';
import { daemonSets, deployments } from './workload-objects.ts';
import type { World } from './world.ts';

/** The API servers of a simulated world. */
export function simulatedKubernetes(world: World, gate: Gate): KubernetesAccess {
  return {
    async connect(ref) {
      const request = { port: 'kubernetes' as const, method: 'connect', cluster: ref.name, args: [ref] };
      await gate.call(request, () => {
        const known = world.clusters.get(ref.name)?.cluster.ref;
        if (known?.account !== ref.account || known.region !== ref.region) throw noCluster(ref.name);
      });
      return apiServer(world.runtime(ref.name), gate);
    },
  };
}

type Caller = <T>(method: string, args: readonly unknown[], effect: Effect<T>) => Promise<T>;

function apiServer(runtime: ClusterRuntime, gate: Gate): Kubernetes {
  const { ref, spec } = runtime.cluster;
  let hasAnswered = false;
  const call: Caller = async (method, args, effect) => {
    try {
      const answer = await gate.call({ port: 'kubernetes', method, cluster: ref.name, args }, effect);
      hasAnswered = true;
      return answer;
    } catch (error) {
      hasAnswered ||= failureKind(error) !== 'unreachable';
      throw error;
    }
  };
  return {
    ...reads(runtime, call),
    ...writes(runtime, call),
    serverAheadMs: () => (hasAnswered ? spec.ahead : 0),
  };
}

type Writes =
  | 'patchNode'
  | 'deleteNode'
  | 'patchDaemonSet'
  | 'patchPersistentVolumeClaim'
  | 'evictPod'
  | 'deletePod';

function reads(runtime: ClusterRuntime, call: Caller): Omit<Kubernetes, Writes | 'serverAheadMs'> {
  const { cluster, events, nodeClaims, claims } = runtime;
  return {
    listNodes: (selector) =>
      call('listNodes', [selector], (asOf) => {
        const accepts = labelFilter(selector?.labelSelector);
        return [...cluster.nodes.asOf(asOf).values()].filter((node) => accepts(node.metadata.labels));
      }),
    getNode: (name) =>
      call('getNode', [name], (asOf) => found(cluster.nodes.asOf(asOf).get(name), name, 'get /nodes')),
    listPods: (filter) => call('listPods', [filter], (asOf) => listPods(cluster, filter, asOf)),
    listPodDisruptionBudgets: () =>
      call('listPodDisruptionBudgets', [], (asOf) => [...cluster.budgets.asOf(asOf).values()]),
    listVolumeAttachments: () =>
      call('listVolumeAttachments', [], (asOf) => [...cluster.attachments.asOf(asOf).values()]),
    listDaemonSets: (filter) => call('listDaemonSets', [filter], (asOf) => daemonSets(cluster, filter, asOf)),
    listDeployments: (filter) => call('listDeployments', [filter], () => deployments(cluster, filter)),
    listEvents: (filter) => call('listEvents', [filter], () => events.withReason(filter.reason)),
    listNodeClaims: () => call('listNodeClaims', [], () => nodeClaims.list()),
    listPersistentVolumes: () => call('listPersistentVolumes', [], () => [...claims.volumes.values()]),
    listPersistentVolumeClaims: (filter) =>
      call('listPersistentVolumeClaims', [filter], () => claims.list(filter.namespace)),
    listVolumeAttributesClasses: () => call('listVolumeAttributesClasses', [], () => claims.classes()),
  };
}

function writes(runtime: ClusterRuntime, call: Caller): Pick<Kubernetes, Writes> {
  const { cluster, kubelets } = runtime;
  return {
    patchNode: (name, patch) =>
      call('patchNode', [name, patch], () => {
        return found(runtime.patchNode(name, patch), name, 'patch /nodes');
      }),
    deleteNode: (name, preconditions) =>
      call('deleteNode', [name, preconditions], () => {
        const node = found(cluster.nodes.get(name), name, 'delete /nodes');
        if (node.metadata.uid !== preconditions.uid) throw uidConflict('delete /nodes', name);
        runtime.removeNode(name);
      }),
    patchDaemonSet: (object, patch) =>
      call('patchDaemonSet', [object, patch], () => {
        const patched = runtime.daemonSets.patch(podKey(object), patch);
        if (patched !== undefined) return patched;
        throw missing(`daemonsets.apps "${object.name}" not found`, 'patch apps/daemonsets');
      }),
    patchPersistentVolumeClaim: (claim, patch) =>
      call('patchPersistentVolumeClaim', [claim, patch], () => {
        const patched = runtime.claims.patch(podKey(claim), patch);
        if (patched !== undefined) return patched;
        throw missing(`persistentvolumeclaims "${claim.name}" not found`, 'patch /persistentvolumeclaims');
      }),
    evictPod: (pod, options) =>
      call('evictPod', [pod, options], () => requestEviction(cluster, kubelets, pod, options.graceSeconds)),
    deletePod: (pod, options) =>
      call('deletePod', [pod, options], () => {
        kubelets.terminate(findPod(cluster, pod, 'delete /pods'), options.graceSeconds);
      }),
  };
}

function listPods(cluster: SimCluster, filter: PodFilter, asOf: number): SimPod[] {
  const { nodeName, namespace, labelSelector } = filter;
  const isNow = asOf >= cluster.clock.now();
  const pods = isNow ? indexed(cluster, filter) : [...cluster.pods.asOf(asOf).values()];
  const isOneIndex =
    isNow && labelSelector === undefined && (nodeName === undefined || namespace === undefined);
  if (isOneIndex) return pods;
  const accepts = labelFilter(labelSelector);
  return pods.filter(
    (pod) =>
      (nodeName === undefined || pod.spec.nodeName === nodeName) &&
      (namespace === undefined || pod.metadata.namespace === namespace) &&
      accepts(pod.metadata.labels),
  );
}

/** The smallest list that surely holds them all. */
function indexed(cluster: SimCluster, { nodeName, namespace, labelSelector }: PodFilter): SimPod[] {
  if (nodeName !== undefined) return cluster.podsOn(nodeName);
  if (namespace === undefined) return [...cluster.pods.values()];
  const kin = requirementsOf(labelSelector).find(
    ({ key, operator }) => operator === 'In' && KIN_LABELS.some((label) => label === key),
  );
  if (kin === undefined) return cluster.podsInNamespace(namespace);
  return [...new Set(kin.values)].flatMap((value) => cluster.podsOfKin(namespace, kin.key, value));
}

function found(node: SimNode | undefined, name: string, operation: string): SimNode {
  if (node !== undefined) return node;
  throw missing(`nodes "${name}" not found`, operation);
}

function missing(message: string, operation: string): PortError {
  return new PortError('not-found', message, { operation, code: '404' });
}

function uidConflict(operation: string, name: string): PortError {
  const message = `the UID in the precondition does not match the UID in record of ${name}`;
  return new PortError('conflict', message, { operation, code: '409' });
}
