import {
  AWS_INTERNAL,
  type CallerHints,
  instanceOf,
  isOurs,
  isServiceHost,
  isSso,
  principalOf,
  serviceLinked,
} from './caller.ts';
import { issuerId, providerId } from './issuers.ts';
import { type Known, ofAccount, ofCluster, type ScopeCheck } from './known.ts';
import { byPodSession } from './pod-scope.ts';
import { byAbsence, byControlPlane, byFilters, byRole } from './role-scope.ts';
import { safeName } from './text.ts';
import type { Scope, Verdict } from './types.ts';

/**
 * For which cluster a call was made, or that it was made for none. Checks in order of how hard their evidence is to
 * forge and to confuse; the first that finds evidence answers, even if its answer is `unknown`, so that a doubt is
 * never settled by weaker evidence. Pure and total.
 */
export function scopeOf(call: CallerHints, known: Known): Verdict<Scope> {
  for (const check of CHECKS) {
    const verdict = check(call, known);
    if (verdict !== undefined) return verdict;
  }
  return byAbsence(call, known);
}

const CHECKS: readonly ScopeCheck[] = [
  byKindOfPrincipal,
  byInstance,
  byPodSession,
  byIssuer,
  byControlPlane,
  byService,
  byRole,
  byFilters,
];

/** Principals that work for no cluster, whatever they name their sessions. */
function byKindOfPrincipal(call: CallerHints, { ownRolePrefix }: Known): Verdict<Scope> | undefined {
  const principal = principalOf(call.principal);
  const service = serviceLinked(principal);
  if (service !== undefined) return ofAccount(`${safeName(service)} itself`, 'certain');
  if (isOurs(principal, call.account, ownRolePrefix)) return ofAccount('our own role', 'certain');
  if (principal.is === 'root') return ofAccount('the account’s root', 'certain');
  if (principal.is === 'user') return ofAccount('an IAM user’s own keys', 'certain');
  return isSso(principal) ? ofAccount('a session of IAM Identity Center', 'certain') : undefined;
}

function byInstance(call: CallerHints, { instances }: Known): Verdict<Scope> | undefined {
  const id = instanceOf(call);
  const owner = instances.get(id ?? '');
  if (id === undefined || owner === undefined || owner.is === 'unknown') return undefined;
  // Whoever may assume a role can name the session like an instance; the mark of the metadata cannot be chosen.
  const confidence = call.viaInstanceRole ? 'certain' : 'likely';
  if (owner.is === 'foreign') return ofAccount(`instance session ${id}, of no cluster`, confidence);
  return ofCluster(owner.cluster, `instance session ${id}`, confidence);
}

function byIssuer({ federatedProvider }: CallerHints, { clusters }: Known): Verdict<Scope> | undefined {
  const id = providerId(federatedProvider ?? '');
  if (id === undefined) return undefined;
  const [found, ...others] = clusters.filter(({ oidcIssuer }) => issuerId(oidcIssuer ?? '') === id);
  if (found === undefined) return ofAccount('IRSA issuer of no known cluster', 'unknown');
  if (others.length > 0) return ofAccount('IRSA issuer that several clusters claim', 'unknown');
  return ofCluster(found.name, 'IRSA issuer', 'certain');
}

function byService({ invokedBy }: CallerHints): Verdict<Scope> | undefined {
  if (isServiceHost(invokedBy)) return ofAccount(`invoked by ${safeName(invokedBy)}`, 'certain');
  return invokedBy === AWS_INTERNAL ? ofAccount('invoked by AWS', 'certain') : undefined;
}
