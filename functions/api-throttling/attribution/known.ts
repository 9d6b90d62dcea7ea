import type { CallerHints } from './caller.ts';
import type { RoleMap } from './role-map.ts';
import type { Confidence, Scope, Verdict } from './types.ts';

/** What is known of the account and region the call was made in. */
export interface Known {
  clusters: readonly { name: string /** `identity.oidc.issuer` */; oidcIssuer?: string | undefined }[];
  /** By instance id; an instance that is not in it is unknown, never foreign. */
  instances: ReadonlyMap<string, { is: 'ours'; cluster: string } | { is: 'foreign' } | { is: 'unknown' }>;
  roles: RoleMap;
  /** e.g. `paramedic-prod-` */
  ownRolePrefix: string;
}

/** One check of the order; undefined where it finds no evidence at all, so that the next one is asked. */
export type ScopeCheck = (call: CallerHints, known: Known) => Verdict<Scope> | undefined;

export function namesOf({ clusters }: Known): string[] {
  return clusters.map(({ name }) => name);
}

export function ofCluster(name: string, by: string, confidence: Confidence): Verdict<Scope> {
  return { value: { kind: 'cluster', name }, by, confidence };
}

export function ofAccount(by: string, confidence: Confidence): Verdict<Scope> {
  return { value: { kind: 'account' }, by, confidence };
}
