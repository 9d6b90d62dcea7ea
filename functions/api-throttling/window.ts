import type { EpochMs } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Item, Value } from '../../shared/ports/table.ts';
import type { Attribution } from './attribution/index.ts';
import type { ThrottledCall } from './calls.ts';
import type { PerMinute } from './rate.ts';

/** At so many ids a row takes no more: it then says "at least". */
export const MAX_IDS = 2_000;
const IDS = 'by#';

/** One caller and API in one minute, as the ledger has it. */
export interface RateRow {
  minute: EpochMs;
  call: ThrottledCall;
  /** Of the newest call; its scope holds for that one alone. */
  attribution: Attribution;
  /** Distinct calls by cluster, or by ACCOUNT_SCOPE where they belong to none that is known. */
  counts: Record<string, number>;
  /** The row was full: there were more. */
  isAtLeast: boolean;
}

/** A cluster's name, or ACCOUNT_SCOPE. */
export function scopeName({ scope }: Pick<Attribution, 'scope'>): string {
  return scope.kind === 'cluster' ? scope.name : ACCOUNT_SCOPE;
}

/** The set of a row that holds the ids of one scope. */
export function idsAttribute(scope: string): string {
  return `${IDS}${scope}`;
}

/** Undefined: not a row of ours. */
export function rowOf(item: Item): RateRow | undefined {
  const { call, attribution } = item as { call?: unknown; attribution?: unknown };
  const minute = Date.parse(item.sk.slice(0, item.sk.indexOf('#')));
  if (call === undefined || attribution === undefined || !Number.isFinite(minute)) return undefined;
  const sets = Object.entries(item).filter(([name]) => name.startsWith(IDS));
  return {
    minute,
    call: call as ThrottledCall,
    attribution: attribution as Attribution,
    counts: countsOf(sets),
    isAtLeast: sets.some(([, ids]) => isFull(ids)),
  };
}

/**
 * A copy of a call may have come while its owner could not be read: it stands in two sets of the row and counts once,
 * for the cluster that is known.
 */
function countsOf(sets: readonly [string, Value | undefined][]): Record<string, number> {
  const counts: Record<string, number> = {};
  const seen = new Set<string>();
  const account = idsAttribute(ACCOUNT_SCOPE);
  const named = sets
    .filter(([name]) => name !== account)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [name, ids] of [...named, ...sets.filter(([each]) => each === account)]) {
    const fresh = new Set(listOf(ids).filter((id) => !seen.has(id)));
    for (const id of fresh) seen.add(id);
    if (fresh.size > 0) counts[name.slice(IDS.length)] = fresh.size;
  }
  return counts;
}

/** Of a row's set of ids. */
export function isFull(ids: Value | undefined): boolean {
  return listOf(ids).length >= MAX_IDS;
}

function listOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Calls by the minute, of all rows or of one scope. */
export function perMinute(rows: readonly RateRow[], scope?: string): PerMinute {
  const sums = new Map<EpochMs, number>();
  for (const { minute, counts } of rows) {
    const count = scope === undefined ? totalOf(counts) : (counts[scope] ?? 0);
    if (count > 0) sums.set(minute, (sums.get(minute) ?? 0) + count);
  }
  return sums;
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
