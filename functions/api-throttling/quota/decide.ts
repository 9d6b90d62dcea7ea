import { type EpochMs, HOUR_MS, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Quota, QuotaIncrease, QuotaRequest } from '../../../shared/ports/quotas.ts';
import { desiredValue } from './desired.ts';
import { line } from './plain.ts';
import type { QuotaPolicy } from './policy.ts';
import type { QuotaLookup } from './quota-map.ts';

/** One caller of the API. */
export interface QuotaCaller {
  name: string;
  /** Of the *throttled* calls, 0 to 1. */
  share: number;
  /** Why it is not at fault, e.g. because it was tuned already; absent: it is to be looked at first. */
  excused?: string;
}

/** All the decision looks at, each as it was read. */
export interface QuotaInput {
  lookup: QuotaLookup;
  /** Throttled calls of the window that AWS caused itself (`AwsTriggeredRequestLimitExceeded`). */
  awsTriggered: Fact<number>;
  /** Largest first or not; empty where the refusals have nothing to do with the rate of calls. */
  callers: Fact<readonly QuotaCaller[]>;
  /** Null: Service Quotas knows no such quota. */
  quota: Fact<Quota | null>;
  openRequests: Fact<readonly QuotaRequest[]>;
  /** How much is in use at the peak, in the quota's own unit. */
  usage: Fact<number>;
  /** When Paramedic last asked for this quota (the ledger); null: never. */
  lastAsked: Fact<EpochMs | null>;
  policy: QuotaPolicy;
  now: EpochMs;
}

/** What to do about the quota, and why: the reasons are sentences for people. */
export type QuotaDecision = { reasons: string[] } & (
  | { decision: 'wait'; until: EpochMs }
  | { decision: 'fix-caller'; caller: string; share: number }
  | { decision: 'support-case' }
  | { decision: 'follow'; requestId: string; desired: number }
  | { decision: 'too-soon'; until: EpochMs }
  | { decision: 'ask-person' }
  | { decision: 'request'; increase: QuotaIncrease; current: number }
);

/** AWS's own trouble ends without us; then look again. */
const OPERATIONAL_WAIT_MS = HOUR_MS;
/** One caller with more than this share of the throttled calls is the cause. */
const CAUSE_SHARE = 0.5;

type Found = { done: QuotaDecision } | { reasons: string[] };

/**
 * Whether to ask AWS for more. Total: whatever is unknown ends with a person, never with a request. The checks stand
 * in the order in which they make the next one pointless.
 */
export function decideQuota(input: QuotaInput): QuotaDecision {
  const reasons: string[] = [];
  for (const check of [causedByAws, causedByCaller, hasQuota, isFree]) {
    const found = check(input);
    if ('done' in found) return { ...found.done, reasons: [...reasons, ...found.done.reasons] };
    reasons.push(...found.reasons);
  }
  const last = wanted(input);
  return { ...last, reasons: [...reasons, ...last.reasons] };
}

function causedByAws({ awsTriggered, now }: QuotaInput): Found {
  if (!awsTriggered.known) {
    return { reasons: [`whether AWS caused it itself is unknown: ${line(awsTriggered.why)}`] };
  }
  if (!(awsTriggered.value > 0)) return { reasons: [`not caused by AWS itself (${awsTriggered.source})`] };
  const until = now + OPERATIONAL_WAIT_MS;
  const why = `AWS caused ${awsTriggered.value} of the refusals itself: more quota would change nothing`;
  return { done: { decision: 'wait', until, reasons: [why] } };
}

function causedByCaller({ callers }: QuotaInput): Found {
  if (!callers.known) return { done: person(`who calls is unknown: ${line(callers.why)}`) };
  const odd = callers.value.find(({ share }) => !(share >= 0 && share <= 1));
  if (odd !== undefined) return { done: person(`the share of ${line(odd.name)} is no share`) };
  const cause = callers.value.find(({ share }) => share > CAUSE_SHARE);
  if (cause === undefined) return { reasons: ['no single caller made most of the throttled calls'] };
  const caller = line(cause.name);
  const said = `${caller} made ${percent(cause.share)} of the throttled calls`;
  if (cause.excused !== undefined) return { reasons: [`${said}, but: ${line(cause.excused)}`] };
  const why = `${said}: fix this caller first, more quota would only feed it`;
  return { done: { decision: 'fix-caller', caller, share: cause.share, reasons: [why] } };
}

function hasQuota({ lookup, quota }: QuotaInput): Found {
  if (lookup.is === 'none') return { done: supportCase(lookup.why) };
  if (lookup.is === 'several') {
    const names = lookup.quotas.map(({ name, code }) => `${name} (${code})`).join('; ');
    return { done: person(`it may be any of these quotas: ${names}`) };
  }
  const { name, service, code } = lookup.quota;
  if (!quota.known) return { done: person(`quota ${code} could not be read: ${line(quota.why)}`) };
  if (quota.value === null) return { done: supportCase(`Service Quotas does not have ${name} (${code})`) };
  if (quota.value.service !== service || quota.value.code !== code) {
    return { done: person(`another quota was read than ${code}`) };
  }
  if (!quota.value.adjustable) return { done: supportCase(`${name} (${code}) is not adjustable`) };
  const kind = quota.value.applied ? 'applied to this account' : 'the default of AWS';
  return { reasons: [`${name} (${code}) is ${quota.value.value}, ${kind}, and adjustable`] };
}

/** No request is open, and ours is not too young. */
function isFree({ openRequests, lastAsked, policy, now }: QuotaInput): Found {
  if (!openRequests.known) {
    return { done: person(`open requests could not be read: ${line(openRequests.why)}`) };
  }
  const [open] = openRequests.value;
  if (open !== undefined) {
    const why = `request ${line(open.id)} for ${open.desired} is open already (${line(open.status)})`;
    return { done: { decision: 'follow', requestId: open.id, desired: open.desired, reasons: [why] } };
  }
  if (!lastAsked.known)
    return { done: person(`earlier requests of ours are unknown: ${line(lastAsked.why)}`) };
  if (lastAsked.value === null) return { reasons: ['no request is open, and Paramedic never asked'] };
  const until = lastAsked.value + policy.every;
  if (!(until <= now)) {
    const why = `Paramedic asked at ${isoTime(lastAsked.value)}; one request per quota until ${isoTime(until)}`;
    return { done: { decision: 'too-soon', until, reasons: [why] } };
  }
  return { reasons: [`no request is open, the last one is from ${isoTime(lastAsked.value)}`] };
}

function wanted({ quota, usage, policy }: QuotaInput): QuotaDecision {
  if (!quota.known || quota.value === null) return person('the quota was not read');
  const { service, code, value } = quota.value;
  if (!usage.known) return person(`how much of it is in use is unknown: ${line(usage.why)}`);
  if (!(usage.value >= value * policy.minimumUse)) {
    const share = percent(policy.minimumUse);
    return person(
      `only ${usage.value} of ${value} in use, less than ${share}: the quota does not explain the refusals`,
    );
  }
  const desired = desiredValue({
    current: value,
    factor: policy.factor,
    ceiling: policy.ceilings[`${service}/${code}`],
  });
  if ('why' in desired) return person(desired.why);
  const why = `${usage.value} of ${value} in use (${usage.source}): ask for ${desired.value}, ${desired.bound}`;
  return {
    decision: 'request',
    increase: { service, code, desired: desired.value },
    current: value,
    reasons: [why],
  };
}

function person(why: string): QuotaDecision {
  return { decision: 'ask-person', reasons: [why] };
}

function supportCase(why: string): QuotaDecision {
  return { decision: 'support-case', reasons: [`${why}: only AWS Support can raise it`] };
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
