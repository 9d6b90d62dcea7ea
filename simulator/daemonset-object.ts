import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import { PortError } from '../shared/errors.ts';
import type { DaemonSetPatch, EnvPatch } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { SimDaemonSet } from './model.ts';
import { objectOf } from './workload-objects.ts';
import type { WorkloadSpec } from './world-file.ts';

const OPERATION = 'patch apps/daemonsets';

/** The object of a workload that has been there for long. */
export function daemonSetOf(cluster: SimCluster, workload: WorkloadSpec): SimDaemonSet {
  const { metadata, spec } = objectOf(cluster, workload);
  const { maxUnavailable } = workload;
  const nobody = {
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    spec: {
      ...spec,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge: 0 } },
    },
    status: { ...nobody, observedGeneration: 0 },
  };
}

/** Of its only container. */
export function envOf({ spec }: SimDaemonSet): EnvVar[] {
  return spec.template.spec?.containers[0]?.env ?? [];
}

/** With another environment; the same object when nothing changes, as in a real API server. */
export function withEnv(daemonSet: SimDaemonSet, env: EnvVar[]): SimDaemonSet {
  const { metadata, spec } = daemonSet;
  if (JSON.stringify(env) === JSON.stringify(envOf(daemonSet))) return daemonSet;
  const containers = (spec.template.spec?.containers ?? []).map((each) => ({ ...each, env }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return {
    ...daemonSet,
    metadata: { ...metadata, generation: metadata.generation + 1 },
    spec: { ...spec, template },
  };
}

/** Strategic merge patch: containers and variables are merged by name. */
export function patched(daemonSet: SimDaemonSet, { metadata, spec }: DaemonSetPatch): SimDaemonSet {
  const { name, namespace, resourceVersion } = daemonSet.metadata;
  const expected = metadata?.resourceVersion ?? resourceVersion;
  if (expected !== resourceVersion) {
    const message = `Operation cannot be fulfilled on daemonsets.apps "${name}": the object has been modified`;
    throw new PortError('conflict', message, { operation: OPERATION, code: 'Conflict' });
  }
  const [change] = spec.template.spec.containers;
  if (change.name !== daemonSet.spec.template.spec?.containers[0]?.name) {
    // The patch adds a container then, and one without an image is none.
    const message = `DaemonSet.apps "${name}" is invalid: spec.template.spec.containers: image: Required value`;
    throw new PortError('invalid', `${message} (${namespace})`, { operation: OPERATION, code: 'Invalid' });
  }
  return withEnv(daemonSet, change.env.reduce(merged, envOf(daemonSet)));
}

function merged(env: EnvVar[], change: EnvPatch): EnvVar[] {
  const others = env.filter(({ name }) => name !== change.name);
  if ('$patch' in change) return others;
  const { name, value } = change;
  if (others.length === env.length) return [...env, { name, value }];
  return env.map((each) => (each.name === name ? { ...each, value } : each));
}
