import type { ActionContext } from '../../../shared/actions/action.ts';
import type { DaemonSet, EnvPatch } from '../../../shared/ports/kubernetes.ts';
import { type Env, liveValues } from '../cni/index.ts';
import { type LiveEnv, NAME, NAMESPACE } from './aws-node.ts';

/**
 * Gives the variables that we set their former values, and takes away those that were not there. What somebody else
 * gave another value in the meantime is theirs: it is left and named.
 */
export async function restoreEnv(
  context: ActionContext,
  daemonSet: DaemonSet,
  { set, before }: { set: Env; before: LiveEnv },
): Promise<{ others: string[]; isPatched: boolean }> {
  const names = Object.keys(set).filter((name) => liveOf(daemonSet, name) !== (before[name] ?? null));
  const ours = names.filter((name) => liveOf(daemonSet, name) === set[name]);
  const others = names.filter((name) => !ours.includes(name));
  if (ours.length === 0) return { others, isPatched: false };
  await context.checkStop();
  const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
  const env = ours.map((name) => former(name, before[name] ?? null));
  await kubernetes.patchDaemonSet(
    { namespace: NAMESPACE, name: NAME },
    {
      metadata: { resourceVersion: daemonSet.metadata?.resourceVersion ?? '' },
      spec: { template: { spec: { containers: [{ name: NAME, env }] } } },
    },
  );
  return { others, isPatched: true };
}

function liveOf(daemonSet: DaemonSet, name: string): string | null {
  return liveValues(daemonSet, [name])[name] ?? null;
}

function former(name: string, value: string | null): EnvPatch {
  return value === null ? { name, $patch: 'delete' } : { name, value };
}
