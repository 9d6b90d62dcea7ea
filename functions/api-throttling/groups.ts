import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Controller, Scope } from './attribution/index.ts';
import { WORKLOADS } from './attribution/workloads.ts';
import type { ThrottledCall } from './calls.ts';
import type { PerMinute } from './rate.ts';
import { perMinute, type RateRow } from './window.ts';

/** The cause that stands for callers of whom none is over the threshold, while all of them together are. */
export const SEVERAL_CALLERS = 'several-callers';

/** Without these a cluster neither grows nor heals. */
export const VITAL: ReadonlySet<string> = new Set(['vpc-cni', 'karpenter', 'cluster-autoscaler', 'ebs-csi']);

/** The throttled calls of one cause in one cluster, or in the account. */
export interface Group {
  /** A cluster's name, or ACCOUNT_SCOPE. */
  scope: string;
  cause: string;
  calls: PerMinute;
  rows: readonly RateRow[];
}

const MAX_NAME = 64;

/**
 * What the calls of one caller are about: the controller, which is one per cluster, or else the role, user or service
 * by the name AWS writes. The `userAgent` names nobody here: whoever calls could open an incident per call with it.
 */
export function causeOf(controller: Controller, { principal }: Pick<ThrottledCall, 'principal'>): string {
  const { kind } = controller;
  if (WORKLOADS.some((workload) => workload === kind)) return kind;
  // The people behind one role of IAM Identity Center are told apart by the names that it writes.
  const name = kind === 'person' ? controller.name : (principal.split(/[:/]/).at(-1) ?? '');
  return `${kind}:${name.replaceAll(/[^\w.+=,@-]/g, '_').slice(0, MAX_NAME)}`;
}

/** In order of scope and cause. */
export function groupsOf(rows: readonly RateRow[]): Group[] {
  const groups = new Map<string, { scope: string; cause: string; rows: RateRow[] }>();
  for (const row of rows) {
    const cause = causeOf(row.attribution.controller, row.call);
    for (const scope of Object.keys(row.counts)) {
      const id = JSON.stringify([scope, cause]);
      const group = groups.get(id) ?? { scope, cause, rows: [] };
      group.rows.push(row);
      groups.set(id, group);
    }
  }
  return [...groups]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, group]) => ({ ...group, calls: perMinute(group.rows, group.scope) }));
}

/** Several causes of one scope as one group, named after the first. */
export function joinedOf(groups: readonly Group[], { scope, cause }: Pick<Group, 'scope' | 'cause'>): Group {
  const rows = groups.flatMap((group) => group.rows);
  return { scope, cause, calls: perMinute(rows, scope), rows };
}

/** Everybody who is not over the threshold alone, as one group of the account. */
export function togetherOf(groups: readonly Group[]): Group {
  const rows = groups.flatMap(({ scope, rows: own }) =>
    own.map((row) => ({ ...row, counts: { [ACCOUNT_SCOPE]: row.counts[scope] ?? 0 } })),
  );
  return { scope: ACCOUNT_SCOPE, cause: SEVERAL_CALLERS, calls: perMinute(rows, ACCOUNT_SCOPE), rows };
}

/** As attribution says it. */
export function scopeOfName(scope: string): Scope {
  return scope === ACCOUNT_SCOPE ? { kind: 'account' } : { kind: 'cluster', name: scope };
}
