import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, known } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { BucketShares, Caller, Shares } from '../attribution/index.ts';
import { decideQuota, type QuotaCaller, type QuotaDecision } from '../quota/decide.ts';
import { totalOf } from '../quota/minutes.ts';
import type { QuotaPolicy } from '../quota/policy.ts';
import type { LimitFacts } from '../reading/limit-facts.ts';

/** What is to be done about the limit of one API. */
export interface LimitAdvice {
  facts: LimitFacts;
  decision: QuotaDecision;
  /** Undefined: none of its calls was throttled in the strongest window. */
  shares: BucketShares | undefined;
}

export interface LimitLook {
  shares: Shares;
  /** The cluster whose VPC CNI was found to make no more calls than it must. */
  tunedCni?: string | undefined;
  quotas: QuotaPolicy;
  now: EpochMs;
}

/** Whether more quota would help, API by API. Pure. */
export function limitAdvice(limits: readonly LimitFacts[], look: LimitLook): LimitAdvice[] {
  return limits.map((facts) => {
    const shares = bucketFor(facts, look.shares);
    const decision = decideQuota({
      lookup: facts.lookup,
      awsTriggered: totalOf(facts.awsTriggered),
      callers: known(callersOf(shares, look), 'CloudTrail', look.now),
      quota: facts.quota,
      openRequests: facts.openRequests,
      usage: facts.usage,
      lastAsked: facts.lastAsked,
      policy: look.quotas,
      now: look.now,
    });
    return { facts, decision, shares };
  });
}

function bucketFor({ service, api }: LimitFacts, { buckets }: Shares): BucketShares | undefined {
  const ids = [`${service}:${api}`, `${service}:*`];
  return buckets.find(({ bucket }) => ids.includes(bucket.id));
}

function callersOf(shares: BucketShares | undefined, { tunedCni }: LimitLook): QuotaCaller[] {
  return (shares?.callers ?? []).map(({ caller, ofBucket }) => ({
    name: caller.name,
    share: ofBucket,
    ...(isCniOf(caller, tunedCni) && {
      excused: 'its settings make as few calls as they can in its cluster',
    }),
  }));
}

function isCniOf({ attribution: { controller, scope } }: Caller, cluster: string | undefined): boolean {
  return controller.kind === 'vpc-cni' && scope.kind === 'cluster' && scope.name === cluster;
}

export function limitFinding({ facts, decision }: LimitAdvice): Finding {
  const { service, api, calls, throttled } = facts;
  return {
    cause: `limit of ${service}:${api}: ${decisionText(decision)}`,
    confidence: 'likely',
    evidence: [
      ...decision.reasons,
      `last hour, by CloudWatch: ${amount('calls', calls)}, ${amount('throttled', throttled)}`,
    ],
  };
}

function amount(what: string, minutes: LimitFacts['calls']): string {
  const total: Fact<number> = totalOf(minutes);
  return total.known ? `${total.value} ${what}` : `${what} unknown (${total.why})`;
}

/** In a few words, for people. */
function decisionText(decision: QuotaDecision): string {
  switch (decision.decision) {
    case 'wait':
      return 'wait, AWS causes it itself';
    case 'fix-caller':
      return `more would only feed ${decision.caller}`;
    case 'support-case':
      return 'a support case may raise it';
    case 'follow':
      return `a request for ${decision.desired} is open already`;
    case 'too-soon':
      return 'it was asked for not long ago';
    case 'ask-person':
      return 'a person decides';
    case 'request':
      return `ask for ${decision.increase.desired} instead of ${decision.current} in Service Quotas`;
  }
}
