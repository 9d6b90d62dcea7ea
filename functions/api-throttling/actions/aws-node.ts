import type { ActionContext } from '../../../shared/actions/action.ts';
import { PortError } from '../../../shared/errors.ts';
import type { DaemonSet } from '../../../shared/ports/kubernetes.ts';
import { cniEnvOf, type Env, liveValues } from '../cni/index.ts';

export const NAMESPACE = 'kube-system';
export const NAME = 'aws-node';

/** What is live, as the ledger keeps it: null for a variable that has no value of its own. */
export type LiveEnv = Record<string, string | null>;

/** Throws PortError `not-found` when the cluster has no DaemonSet aws-node. */
export async function readAwsNode({ ports, incident }: ActionContext): Promise<DaemonSet> {
  const kubernetes = await ports.kubernetes.connect(incident.cluster);
  const all = await kubernetes.listDaemonSets({ namespace: NAMESPACE });
  const found = all.find(({ metadata }) => metadata?.name === NAME);
  if (found !== undefined) return found;
  throw new PortError('not-found', `no DaemonSet ${NAMESPACE}/${NAME}`, { operation: 'list daemonsets' });
}

/** Every variable of aws-node, and those of `env` that are not there yet. */
export function liveEnv(daemonSet: DaemonSet, env: Env): LiveEnv {
  const present = cniEnvOf(daemonSet)?.main.map(({ name }) => name) ?? [];
  return liveValues(daemonSet, [...new Set([...present, ...Object.keys(env)])]);
}

/** Variables whose live value is another than it was. */
export function changedSince(daemonSet: DaemonSet, before: LiveEnv): string[] {
  const now = liveEnv(daemonSet, {});
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => (now[name] ?? null) !== (before[name] ?? null));
}

export function unavailableOf({ status }: DaemonSet): number {
  return status?.numberUnavailable ?? 0;
}

/**
 * How far a roll-out is, by the DaemonSet's own controller. Nodes that had no working aws-node before are not held
 * against it: on a machine that does not answer, the old pod stays for as long as the Node does.
 */
export function rolloutOf(
  daemonSet: DaemonSet,
  unavailableBefore: number,
): { isDone: boolean; text: string } {
  const { metadata, status } = daemonSet;
  const wanted = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const unavailable = unavailableOf(daemonSet);
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return {
    isDone: isSeen && unavailable <= unavailableBefore && updated + unavailable >= wanted,
    text: `aws-node rolled out on ${isSeen ? updated : 0} of ${wanted} nodes, ${unavailable} unavailable (${unavailableBefore} before)`,
  };
}
