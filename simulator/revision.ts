import type { SimCluster } from './cluster.ts';
import { nameSuffix } from './ids.ts';
import type { SimDaemonSet, SimPod } from './model.ts';

/** On the pods of a DaemonSet: of which template they are. */
export const REVISION = 'controller-revision-hash';

/** The same for the same template, as the controller names it: an old one that comes back is known again. */
export function revisionOf({ seed, ref }: SimCluster, { metadata, spec }: SimDaemonSet): string {
  return nameSuffix(seed, 10, ref.name, metadata.namespace, metadata.name, JSON.stringify(spec.template));
}

export function isOfRevision(pod: SimPod, revision: string): boolean {
  return pod.metadata.labels[REVISION] === revision;
}
