import { type CallerHints, instanceOf, principalOf } from './caller.ts';
import { clustersNamed } from './hints.ts';
import { type Known, namesOf, ofAccount, ofCluster } from './known.ts';
import { type RoleEntry, roleEntry } from './role-map.ts';
import type { Scope, Verdict } from './types.ts';

/** EKS runs the cloud controller manager under the cluster's role; every other call of a service is the account's. */
export function byControlPlane(call: CallerHints, { roles }: Known): Verdict<Scope> | undefined {
  if (call.invokedBy !== 'eks.amazonaws.com' || !roles.complete) return undefined;
  const entry = roleEntry(roles, call.principal);
  if (entry.is !== 'one' || !entry.uses.every((use) => use.as === 'control-plane')) return undefined;
  return ofCluster(entry.cluster, 'cluster role, invoked by EKS', 'likely');
}

export function byRole(call: CallerHints, { roles }: Known): Verdict<Scope> | undefined {
  const entry = roleEntry(roles, call.principal);
  if (entry.is === 'absent') return undefined;
  if (entry.is === 'shared') return byShared(call, entry);
  if (roles.complete) return ofCluster(entry.cluster, 'the only cluster that uses the role', 'likely');
  return ofAccount('a cluster uses the role, but not all clusters could be read', 'unknown');
}

/** Of a shared node role only the instance tells, which was asked before. */
function byShared(call: CallerHints, { clusters, uses }: RoleEntry & { is: 'shared' }): Verdict<Scope> {
  const isNodeRole = uses.some((use) => use.as === 'node');
  const [only, ...others] = isNodeRole ? [] : clustersNamed(call.requestHints, clusters);
  if (only !== undefined && others.length === 0) {
    return ofCluster(only, 'shared role, and the request’s own filters', 'likely');
  }
  return ofAccount(`${isNodeRole ? 'node role' : 'role'} shared by ${clusters.length} clusters`, 'unknown');
}

export function byFilters(call: CallerHints, known: Known): Verdict<Scope> | undefined {
  const [only, ...others] = clustersNamed(call.requestHints, namesOf(known));
  if (only === undefined) return undefined;
  if (others.length > 0) return ofAccount('the request’s filters name several clusters', 'unknown');
  return ofCluster(only, 'the request’s own filters', 'likely');
}

/** That no cluster uses a role means something only if every cluster was read; self-managed nodes may be in no list. */
export function byAbsence(call: CallerHints, { roles }: Known): Verdict<Scope> {
  const id = instanceOf(call);
  if (id !== undefined) return ofAccount(`instance session ${id}, whose owner is unknown`, 'unknown');
  if (principalOf(call.principal).is !== 'role') return ofAccount('a principal of no known kind', 'unknown');
  if (!roles.complete) return ofAccount('not all clusters’ roles could be read', 'unknown');
  return ofAccount('no cluster uses the role', 'likely');
}
