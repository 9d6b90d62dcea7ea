import { type Bucket, bucketOf, tokensIn } from './buckets.ts';
import { type Caller, type CountedCalls, callerOf, keyOf } from './callers.ts';

/** The window the calls were counted in. */
export interface Counted {
  windowMs: number;
  /** Sums of `AWS/Usage` CallCount over the same window by bucket id; a bucket that is not in it was not read. */
  callCounts?: ReadonlyMap<string, number>;
}

/** One caller's part of one bucket. Shares are 0…1 of the *throttled* calls: nothing else is seen of a caller. */
export interface CallerShare {
  caller: Caller;
  apis: string[];
  throttled: number;
  /** The count stands for at least so many. */
  atLeast: boolean;
  ofBucket: number;
  ofAll: number;
  /** What it asked for in parts of what the bucket gives in the window; may be above 1. Null: not known, or not the account's. */
  ofTokens: { share: number; basis: 'throttled' | 'estimated' } | null;
}

export interface BucketShares {
  bucket: Bucket;
  throttled: number;
  atLeast: boolean;
  /** All calls in the window, by CallCount; null if it was not read. */
  calls: number | null;
  /** The part of all calls that was throttled, 0…1; null if not all calls are known. */
  ofCalls: number | null;
  /** Largest first. */
  callers: CallerShare[];
}

export interface Shares {
  throttled: number;
  atLeast: boolean;
  /** Largest first. */
  buckets: BucketShares[];
}

/**
 * Who has which part of what was throttled, by bucket. A caller whose calls all succeed is not seen, so these are
 * shares of throttled calls, and `estimated` (its share of them, of CallCount) is the most that is said of all calls.
 */
export function sharesOf(counted: readonly CountedCalls[], window: Counted): Shares {
  const seen = counted.filter(({ throttled }) => Number.isFinite(throttled) && throttled > 0);
  const all = sum(seen);
  const buckets = [...Map.groupBy(seen, ({ call }) => bucketOf(call).id).values()]
    .map((calls) => sharesOfBucket(calls, all, window))
    .filter((each) => each !== undefined);
  return { throttled: all, atLeast: seen.some(isAtLeast), buckets: largestFirst(buckets) };
}

function sharesOfBucket(
  counted: readonly CountedCalls[],
  all: number,
  window: Counted,
): BucketShares | undefined {
  const [first] = counted;
  if (first === undefined) return undefined;
  const bucket = bucketOf(first.call);
  const throttled = sum(counted);
  const calls = window.callCounts?.get(bucket.id) ?? null;
  const callers = [...Map.groupBy(counted, keyOf).values()].map((own) => {
    const mine = sum(own);
    return {
      caller: callerOf(own),
      apis: [...new Set(own.map(({ call }) => call.api))].toSorted(),
      throttled: mine,
      atLeast: own.some(isAtLeast),
      ofBucket: mine / throttled,
      ofAll: mine / all,
      ofTokens: null,
    };
  });
  return {
    bucket,
    throttled,
    atLeast: counted.some(isAtLeast),
    calls,
    // Fewer calls than refusals: the metric counts something else, or is late.
    ofCalls: calls === null || calls < throttled ? null : throttled / calls,
    callers: largestFirst(callers).map((share) => withTokens(share, callers, bucket, window.windowMs, calls)),
  };
}

function withTokens(
  share: CallerShare,
  callers: readonly CallerShare[],
  { limits }: Bucket,
  windowMs: number,
  calls: number | null,
): CallerShare {
  if (limits === null || !share.caller.drains) return share;
  const available = tokensIn(limits, windowMs);
  if (calls === null)
    return { ...share, ofTokens: { share: share.throttled / available, basis: 'throttled' } };
  const draining = sum(callers.filter(({ caller }) => caller.drains));
  const asked = calls * (share.throttled / draining);
  return { ...share, ofTokens: { share: asked / available, basis: 'estimated' } };
}

function sum(counts: readonly { throttled: number }[]): number {
  return counts.reduce((total, { throttled }) => total + throttled, 0);
}

function isAtLeast({ atLeast }: CountedCalls): boolean {
  return atLeast === true;
}

function largestFirst<T extends { throttled: number }>(list: readonly T[]): T[] {
  return list.toSorted((left, right) => right.throttled - left.throttled);
}
