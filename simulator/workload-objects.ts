import type { EpochMs } from '../shared/clock.ts';
import type { DaemonSet, Deployment } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import { uuid } from './ids.ts';
import { isReady } from './model.ts';
import { labelsOf } from './pod-object.ts';
import { labelFilter } from './selectors.ts';
import type { WorkloadSpec } from './world-file.ts';

interface Filter {
  labelSelector?: string;
  namespace?: string;
}

export function daemonSets(cluster: SimCluster, filter: Filter, asOf: EpochMs): DaemonSet[] {
  const accepts = labelFilter(filter.labelSelector);
  return [...cluster.daemonSets.asOf(asOf).values()].filter(
    ({ metadata }) =>
      (filter.namespace === undefined || metadata.namespace === filter.namespace) && accepts(metadata.labels),
  );
}

export function deployments(cluster: SimCluster, filter: Filter): Deployment[] {
  const accepts = labelFilter(filter.labelSelector);
  return [...cluster.workloads.values()]
    .filter(
      (workload) =>
        workload.kind === 'Deployment' &&
        (filter.namespace === undefined || workload.namespace === filter.namespace) &&
        accepts(objectLabels(workload)),
    )
    .map((workload) => deploymentOf(cluster, workload));
}

function deploymentOf(cluster: SimCluster, workload: WorkloadSpec): Deployment {
  const { metadata, spec } = objectOf(cluster, workload);
  const ready = cluster.podsOfWorkload(workload).filter(isReady).length;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { ...spec, replicas: workload.replicas },
    status: { replicas: workload.replicas, readyReplicas: ready, availableReplicas: ready },
  };
}

/** Of the object itself; its pods carry `labelsOf`. */
function objectLabels(workload: WorkloadSpec): Record<string, string> {
  return { ...labelsOf(workload), ...workload.object.labels };
}

/** What the objects of all workloads have in common. */
export function objectOf(cluster: SimCluster, workload: WorkloadSpec) {
  const { name, namespace, kind, image = `${name}:1`, object } = workload;
  const env = Object.entries(workload.env).map(([key, value]) => ({ name: key, value }));
  const labels = labelsOf(workload);
  const metadata = {
    name,
    namespace,
    uid: uuid(cluster.seed, cluster.ref.name, kind, namespace, name),
    resourceVersion: '',
    creationTimestamp: cluster.stamp(),
    labels: objectLabels(workload),
    annotations: { ...object.annotations },
    managedFields: object.managers.map((manager) => ({ manager, operation: 'Apply', apiVersion: 'apps/v1' })),
    generation: 1,
  };
  const template = { metadata: { labels }, spec: { containers: [{ name, image, env }] } };
  return { metadata, spec: { selector: { matchLabels: labels }, template } };
}
