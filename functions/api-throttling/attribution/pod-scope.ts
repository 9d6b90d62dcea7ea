import type { CallerHints } from './caller.ts';
import { clustersNamed } from './hints.ts';
import { type Known, namesOf, ofAccount, ofCluster } from './known.ts';
import { roleEntry } from './role-map.ts';
import { clustersFitting, isPodSession, isWhole } from './sessions.ts';
import { safeName } from './text.ts';
import type { Scope, Verdict } from './types.ts';

/** A federated session's name is its pod's choice: there the issuer says more. */
export function byPodSession(call: CallerHints, known: Known): Verdict<Scope> | undefined {
  const { session, federatedProvider } = call;
  if (!isPodSession(session) || federatedProvider !== undefined) return undefined;
  const fitting = clustersFitting(session, namesOf(known));
  const users = usersOf(known, call.principal);
  // A cluster that was not read may use the role as well.
  const isSettling = known.roles.complete && users.length > 0;
  const left = isSettling ? fitting.filter((name) => users.includes(name)) : fitting;
  const only = onlyOf(left);
  if (only !== undefined) {
    const isConfirmed = users.includes(only) && isWhole(session);
    return ofCluster(only, 'Pod Identity session', isConfirmed ? 'certain' : 'likely');
  }
  const named = onlyOf(clustersNamed(call.requestHints, left));
  if (named === undefined) return ofAccount(doubt(fitting, left), 'unknown');
  return ofCluster(named, 'Pod Identity session, and the request’s own filters', 'likely');
}

/** The clusters that are known to use the role; none is no evidence. */
function usersOf({ roles }: Known, principal: string): string[] {
  const entry = roleEntry(roles, principal);
  return entry.is === 'absent' ? [] : entry.uses.map((use) => use.cluster);
}

function onlyOf<T>([only, ...others]: readonly T[]): T | undefined {
  return others.length === 0 ? only : undefined;
}

function doubt(fitting: readonly string[], left: readonly string[]): string {
  if (fitting.length === 0) return 'Pod Identity session of no known cluster';
  const names = fitting.slice(0, 3).map(safeName).join(', ');
  if (left.length === 0) return `Pod Identity session fits ${names}, but others use the role`;
  return `Pod Identity session fits ${fitting.length} clusters: ${names}`;
}
