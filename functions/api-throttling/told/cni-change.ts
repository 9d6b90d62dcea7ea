import type { Target } from '../../../shared/incident/plan.ts';
import { addonChange, type Change, daemonSetChange, type Env } from '../cni/index.ts';
import type { CniFacts, ManagedAddon } from '../reading/cni-facts.ts';

/** A change of settings that can be made as everything stands now. */
export interface MakeableChange {
  action: 'update-addon' | 'patch-daemonset';
  target: Target;
  env: Env;
}

/** Value by value for people; `makeable` is missing where somebody else has to make the change, or nobody can now. */
export interface ShownChange {
  lines: string[];
  makeable?: MakeableChange;
}

/** Pure: what a change would be made with, checked against the add-on's schema or the DaemonSet as they were read. */
export function showChange({ env, through }: Change, facts: CniFacts, cluster: string): ShownChange {
  const { addon, daemonSet } = facts;
  if (through === 'proposal') {
    return { lines: Object.entries(env).map(([name, value]) => `to be declared: ${name}=${value}`) };
  }
  if (through === 'addon') {
    return addon.known && addon.value !== null ? byAddon(env, addon.value, cluster) : { lines: [] };
  }
  if (!daemonSet.known || daemonSet.value === null) return { lines: [] };
  const { uid } = daemonSet.value.metadata ?? {};
  const change = daemonSetChange(daemonSet.value, env);
  if (!change.ok) return { lines: [`cannot be made: ${change.why}`] };
  const lines = change.diff.map((each) => `in the DaemonSet: ${each}`);
  if (uid === undefined) return { lines };
  const target: Target = { kind: 'daemonset', id: uid, name: 'kube-system/aws-node' };
  return { lines, makeable: { action: 'patch-daemonset', target, env } };
}

function byAddon(env: Env, addon: ManagedAddon, cluster: string): ShownChange {
  const { configuration, schema, status, issues } = addon;
  const isWell = status === 'ACTIVE' && issues.length === 0;
  const how = issues.length > 0 ? `${status} with ${issues.length} issues` : status;
  const state = isWell ? [] : [`the add-on is ${how}: it is not to be updated now`];
  if (!configuration.ok) return { lines: [...state, `cannot be made: ${configuration.why}`] };
  const change = addonChange(configuration.configuration, schema, env);
  if (!change.ok) return { lines: [...state, `cannot be made: ${change.why}`] };
  const lines = [...state, ...change.update.diff.map((each) => `in the add-on: ${each}`)];
  if (!isWell) return { lines };
  const target: Target = { kind: 'addon', id: `${cluster}/vpc-cni`, name: 'vpc-cni' };
  return { lines, makeable: { action: 'update-addon', target, env } };
}
