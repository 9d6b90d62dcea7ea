import { isOverShare } from '../../../shared/share.ts';
import type { BucketShares, CallerShare, Shares } from './shares.ts';

/** Who fills a bucket and who only suffers; every caller of the bucket stands in exactly one list. */
export interface Causes {
  /**
   * `one`: one caller has more than half of what was throttled. `several`: no one has, and `causes` are the fewest
   * that have together. `too-few`: too few calls to tell. `not-the-accounts`: only calls of AWS's own roles, which
   * take nothing from the account's buckets.
   */
  verdict: 'one' | 'several' | 'too-few' | 'not-the-accounts';
  causes: CallerShare[];
  /** Neither the cause nor innocent. */
  contributors: CallerShare[];
  /** Few calls, which alone would have fitted the bucket: throttled because the causes drain it. */
  victims: CallerShare[];
  /** Callers that take nothing from the account's buckets. */
  apart: CallerShare[];
  /** The causes are not all of one cluster: what one cluster's settings can do is not enough. */
  isAccountWide: boolean;
}

/** More than half: then mending this caller mends more than everything else together. */
const CAUSE_SHARE = 0.5;
const MAX_VICTIM_SHARE = 0.1;
/** A victim has at most a fifth of the smallest cause's calls; nearer to it nobody can tell them apart. */
const CLEARLY_FEWER = 5;
const MIN_CALLS = 5;

/** As far as throttled calls show; a caller whose calls all succeed is never among them. */
export function causeAndVictims({ callers, bucket }: BucketShares): Causes {
  const apart = callers.filter(({ caller }) => !caller.drains);
  const draining = callers.filter(({ caller }) => caller.drains);
  const nobody = { causes: [], victims: [], apart, isAccountWide: false };
  if (draining.length === 0) return { verdict: 'not-the-accounts', contributors: [], ...nobody };
  const total = draining.reduce((sum, { throttled }) => sum + throttled, 0);
  if (total < MIN_CALLS) return { verdict: 'too-few', contributors: draining, ...nobody };
  const causes = headOf(draining, total);
  const rest = draining.filter((each) => !causes.includes(each));
  const fewest = Math.min(...causes.map(({ throttled }) => throttled));
  const isVictim = ({ throttled }: CallerShare): boolean =>
    !isOverShare(throttled, total, MAX_VICTIM_SHARE) &&
    throttled * CLEARLY_FEWER <= fewest &&
    throttled <= (bucket.limits?.burst ?? Number.POSITIVE_INFINITY);
  return {
    verdict: causes.length === 1 ? 'one' : 'several',
    causes,
    contributors: rest.filter((each) => !isVictim(each)),
    victims: rest.filter(isVictim),
    apart,
    isAccountWide: isOfSeveralOwners(causes),
  };
}

/** The fewest callers with more than half together, and whoever has as many calls as the last of them. */
function headOf(callers: readonly CallerShare[], total: number): CallerShare[] {
  const sorted = callers.toSorted((left, right) => right.throttled - left.throttled);
  let sum = 0;
  const last = sorted.find(({ throttled }) => {
    sum += throttled;
    return isOverShare(sum, total, CAUSE_SHARE);
  });
  return sorted.filter(({ throttled }) => throttled >= (last?.throttled ?? 0));
}

function isOfSeveralOwners(causes: readonly CallerShare[]): boolean {
  const scopes = causes.map(({ caller }) => caller.attribution.scope);
  const clusters = new Set(scopes.map((scope) => (scope.kind === 'cluster' ? scope.name : null)));
  return clusters.size > 1 || clusters.has(null);
}

/** The callers with most of all throttled calls, over all buckets; for an account that several contend for. */
export function topCallers({ buckets, throttled }: Shares, most = 5): TopCaller[] {
  const rows = buckets.flatMap(({ callers }) => callers);
  return [...Map.groupBy(rows, ({ caller }) => caller.key).values()]
    .map((own) => {
      const mine = own.reduce((sum, each) => sum + each.throttled, 0);
      const name = own[0]?.caller.name ?? '';
      return {
        name,
        throttled: mine,
        ofAll: mine / throttled,
        apis: own.flatMap(({ apis }) => apis).toSorted(),
      };
    })
    .toSorted((left, right) => right.throttled - left.throttled)
    .slice(0, most);
}

export interface TopCaller {
  name: string;
  throttled: number;
  /** 0…1 of all throttled calls that were seen. */
  ofAll: number;
  apis: string[];
}
