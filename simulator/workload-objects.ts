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

export function daemonSets(cluster: SimCluster, filter: Filter): DaemonSet[] {
  return matching(cluster, 'DaemonSet', filter).map((workload) => {
    const pods = cluster.podsOfWorkload(workload);
    return {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      ...common(cluster, workload),
      status: {
        currentNumberScheduled: pods.length,
        desiredNumberScheduled: cluster.nodes.size,
        numberMisscheduled: 0,
        numberReady: pods.filter(isReady).length,
      },
    };
  });
}

export function deployments(cluster: SimCluster, filter: Filter): Deployment[] {
  return matching(cluster, 'Deployment', filter).map((workload) => {
    const { metadata, spec } = common(cluster, workload);
    const ready = cluster.podsOfWorkload(workload).filter(isReady).length;
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { ...spec, replicas: workload.replicas },
      status: { replicas: workload.replicas, readyReplicas: ready, availableReplicas: ready },
    };
  });
}

function matching(cluster: SimCluster, kind: WorkloadSpec['kind'], filter: Filter): WorkloadSpec[] {
  const accepts = labelFilter(filter.labelSelector);
  return [...cluster.workloads.values()].filter(
    (workload) =>
      workload.kind === kind &&
      (filter.namespace === undefined || workload.namespace === filter.namespace) &&
      accepts(labelsOf(workload)),
  );
}

function common(cluster: SimCluster, workload: WorkloadSpec) {
  const labels = { ...labelsOf(workload) };
  const { name, namespace, kind } = workload;
  const uid = uuid(cluster.seed, cluster.ref.name, kind, namespace, name);
  return {
    metadata: { name, namespace, uid, labels, generation: 1 },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: `${name}:1` }] } },
    },
  };
}
