import type { BucketShares, CallerShare } from './shares.ts';

/** e.g. `VPC CNI of cluster payments: 61 % of 402 throttled calls of ec2:AssignPrivateIpAddresses`. */
export function shareLine({ caller, ofBucket }: CallerShare, of: BucketShares): string {
  return `${caller.name}: ${percent(ofBucket)} of ${counted(of)} throttled calls of ${of.bucket.id}`;
}

/** What the shares are shares of, so that nobody reads them as shares of all calls. */
export function basisLine(of: BucketShares): string {
  const seen = `CloudTrail (best effort): ${counted(of)} throttled calls of ${of.bucket.id}`;
  if (of.calls === null) return `${seen}; how many calls were made in all was not read`;
  if (of.ofCalls === null)
    return `${seen}; AWS/Usage counts fewer calls than that (${of.calls}), so no share is given`;
  return `${seen}, ${percent(of.ofCalls)} of ${of.calls} calls (AWS/Usage CallCount)`;
}

/** e.g. `burst 100, 5 a second`, as documented: the account's own may have been raised. */
export function limitsLine({ bucket }: BucketShares): string {
  const { limits, unfiltered } = bucket;
  if (limits === null) return `${bucket.id}: no documented bucket`;
  const smaller =
    unfiltered === undefined
      ? ''
      : `; ${unfiltered.burst} and ${unfiltered.refillPerSecond} a second without filter and page size`;
  return `${bucket.id}: documented burst ${limits.burst}, refill ${limits.refillPerSecond} a second${smaller}`;
}

function counted({ throttled, atLeast }: BucketShares): string {
  return atLeast ? `at least ${throttled}` : `${throttled}`;
}

function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded === 0 ? '<1 %' : `${rounded} %`;
}
