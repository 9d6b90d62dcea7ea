import { humanDuration, isoTime } from '../../shared/clock.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import {
  type BucketShares,
  basisLine,
  type CallerShare,
  type Causes,
  type CountedCalls,
  causeAndVictims,
  limitsLine,
  type Shares,
  shareLine,
  sharesOf,
  topCallers,
} from './attribution/index.ts';
import { scopeOfName } from './groups.ts';
import type { Input } from './input.ts';
import { exitOf, isInWindow } from './rate.ts';
import { isOfAccount, type Situation } from './situation.ts';
import { callerName, newestOf, whoLines } from './who.ts';
import type { RateRow } from './window.ts';

export { callerName };

const MAX_BUCKETS = 4;
const MAX_NAMES = 5;

/** What a bucket gives is given per window: of the strongest one, not of all that is still remembered. */
export function sharesAtPeak({ policy }: Input, { peak }: Situation, rows: readonly RateRow[]): Shares {
  const { window } = policy.rate;
  const ofPeak = rows.filter(({ minute }) => isInWindow(minute, window, peak.at));
  return sharesOf(countedOf(ofPeak), { windowMs: window });
}

/** Who is throttled where, what the bucket is, who fills it and who only suffers. */
export function findingsOf(input: Input, situation: Situation, shares: Shares): Finding[] {
  const own = new Set(situation.group.rows.map(({ call }) => `${call.service}:${call.api}`));
  const buckets = shares.buckets.filter(({ callers, bucket }) =>
    callers.some(({ apis }) => apis.some((api) => own.has(`${bucket.id.split(':')[0]}:${api}`))),
  );
  return [
    rateFinding(input, situation),
    ...buckets.slice(0, MAX_BUCKETS).map(bucketFinding),
    ...(isOfAccount(situation.group) ? contention(shares) : []),
  ];
}

function rateFinding(
  { policy, now: at }: Input,
  { group, now, peak, isAtLeast, quietSince }: Situation,
): Finding {
  const { window, openAt } = policy.rate;
  const most = isAtLeast ? `at least ${peak.count}` : String(peak.count);
  const attribution = newestOf(group.rows)?.attribution;
  const quiet = at < quietSince ? 'not quiet yet' : `quiet since ${isoTime(quietSince)}`;
  const evidence = [
    `CloudTrail (best effort): ${most} throttled calls within ${humanDuration(window)} at ${isoTime(peak.at)}, ${now} in the last ${humanDuration(window)}`,
    `opens at ${openAt}, quiet below ${exitOf(policy.rate)}; ${quiet}`,
    ...whoLines(group, peak.at, window),
  ];
  const confidence =
    attribution?.confidence === 'certain' || attribution?.confidence === 'likely'
      ? attribution.confidence
      : 'possible';
  return {
    cause: `AWS throttles the API calls of ${callerName(group.rows, group.cause)}`,
    confidence,
    evidence,
  };
}

function bucketFinding(shares: BucketShares): Finding {
  const causes = causeAndVictims(shares);
  const evidence = [
    basisLine(shares),
    limitsLine(shares),
    ...causes.causes.slice(0, MAX_NAMES).map((share) => shareLine(share, shares) + tokensText(share)),
    ...listed('suffer from it without causing it', causes.victims),
    ...listed('take part', causes.contributors),
    ...listed('take nothing from the account’s bucket', causes.apart),
  ];
  return {
    cause: verdictText(shares, causes),
    confidence: causes.verdict === 'one' ? 'likely' : 'possible',
    evidence,
  };
}

/** Succeeded calls took tokens as well, so this is the least that the caller asked for. */
function tokensText({ ofTokens }: CallerShare): string {
  if (ofTokens === null) return '';
  const asked = `${Math.round(ofTokens.share * 100)} % of what the bucket gives in the window`;
  return ofTokens.basis === 'throttled' ? `, these alone ${asked}` : `, by estimate ${asked}`;
}

function verdictText({ bucket }: BucketShares, { verdict, causes }: Causes): string {
  const names = causes
    .slice(0, MAX_NAMES)
    .map(({ caller }) => caller.name)
    .join(', ');
  switch (verdict) {
    case 'one':
      return `${names} fills the bucket of ${bucket.id}`;
    case 'several':
      return `${names} fill the bucket of ${bucket.id} together`;
    case 'too-few':
      return `too few throttled calls of ${bucket.id} to tell who fills its bucket`;
    case 'not-the-accounts':
      return `AWS throttles its own services at ${bucket.id}; they take nothing from the account’s bucket`;
  }
}

function listed(what: string, callers: readonly CallerShare[]): string[] {
  if (callers.length === 0) return [];
  const names = callers.slice(0, MAX_NAMES).map(({ caller, throttled }) => `${caller.name} (${throttled})`);
  const more = callers.length > MAX_NAMES ? [`and ${callers.length - MAX_NAMES} more`] : [];
  return [`${what}: ${[...names, ...more].join(', ')}`];
}

/** Limits hold for the whole account and region: whoever calls most is named, of a cluster or not. */
function contention(shares: Shares): Finding[] {
  const callers = topCallers(shares, MAX_NAMES);
  if (callers.length < 2) return [];
  const evidence = callers.map(
    ({ name, throttled, ofAll, apis }) =>
      `${name}: ${throttled} throttled calls, ${Math.round(ofAll * 100)} % of all: ${apis.slice(0, MAX_NAMES).join(', ')}`,
  );
  return [{ cause: 'several callers contend for the account’s limits', confidence: 'likely', evidence }];
}

function countedOf(rows: readonly RateRow[]): CountedCalls[] {
  return rows.flatMap(({ call, attribution, counts, isAtLeast }) =>
    Object.entries(counts).map(([scope, throttled]) => ({
      call,
      attribution: { ...attribution, scope: scopeOfName(scope) },
      throttled,
      ...(isAtLeast && { atLeast: true }),
    })),
  );
}
