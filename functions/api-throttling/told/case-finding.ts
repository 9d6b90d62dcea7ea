import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import { known } from '../../../shared/fact.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { Group } from '../groups.ts';
import { askForMore, type Bucket } from '../quota/bucket-ask.ts';
import { bucketNames } from '../quota/buckets.ts';
import { type PeakHour, peakHour, totalOf } from '../quota/minutes.ts';
import type { QuotaPolicy } from '../quota/policy.ts';
import { type RegionCase, type SupportCase, supportCase } from '../quota/support-case.ts';
import { perMinute } from '../window.ts';
import type { LimitAdvice } from './limit-advice.ts';

export interface CaseLook {
  incident: Pick<Incident, 'cluster' | 'plan'>;
  /** The incident's own throttled calls. */
  group: Group;
  /** What is true of the cluster, for the use case; empty where nothing was read. */
  useCase: readonly string[];
  /** What was done already to make fewer calls. */
  tuned: readonly string[];
  quotas: QuotaPolicy;
  now: EpochMs;
}

type Same = readonly [LimitAdvice, ...LimitAdvice[]];

const CAUSE = 'text for AWS Support, to be sent by a person';
const BEGIN = '--- copy from here ---';
const END = '--- to here ---';
/** Of each API. */
const MAX_CALLERS = 3;

/**
 * The text for AWS Support as a finding, a line each, so that `paramedic why` shows all of it and a message its
 * beginning; undefined where no API has a limit that only Support can raise. Once nothing is throttled any more, the
 * last one. Pure.
 */
export function caseFinding(advice: readonly LimitAdvice[], look: CaseLook): Finding | undefined {
  const [first, ...others] = advice.filter(({ decision }) => decision.decision === 'support-case');
  if (first === undefined) return advice.length === 0 ? earlierCase(look.incident)[0] : undefined;
  // One case is about one service.
  const same: Same = [first, ...others.filter(({ facts }) => facts.service === first.facts.service)];
  return textFinding(caseOf(same, look), firstLooks(same));
}

/** The text of the last look: who comes in the morning needs it, though the limits are not read any more. */
export function earlierCase({ plan }: Pick<Incident, 'plan'>): Finding[] {
  return plan?.findings.filter(({ cause }) => cause === CAUSE) ?? [];
}

function caseOf(same: Same, look: CaseLook): SupportCase {
  const [{ facts }] = same;
  const buckets = same.map((each) => presentOf(each));
  return supportCase({
    account: look.incident.cluster.account,
    service: facts.service,
    useCase: look.useCase,
    regions: [
      {
        region: look.incident.cluster.region,
        buckets: buckets.flatMap((bucket) =>
          bucket === undefined ? [] : [askForMore(bucket, { factor: look.quotas.factor })],
        ),
        unpublished: same.flatMap((each, index) =>
          buckets[index] === undefined ? [{ api: each.facts.api, factor: look.quotas.factor }] : [],
        ),
        quotas: [],
        peak: pastHour(peakHour([...look.group.calls].map(([at, value]) => ({ at, value }))), look.now),
        requestIds: look.group.rows.flatMap(({ call }) => call.requestId ?? []),
        measured: same.flatMap((each) => measuredOf(each, look)),
      },
    ],
    callers: same.flatMap(callersOf),
    tuned: look.tuned,
    writtenAt: look.now,
  });
}

/** What Service Quotas says of the account counts for more than what AWS documents; undefined: neither says anything. */
function presentOf({ facts, shares }: LimitAdvice): Bucket | undefined {
  const limits = shares?.bucket.limits ?? null;
  if (limits === null) return undefined;
  const documented = { burst: limits.burst, refill: limits.refillPerSecond };
  const about = { api: facts.api, kind: 'request' } as const;
  const { quota } = facts;
  if (!quota.known || quota.value === null) {
    return { ...about, ...documented, source: 'documented default of AWS' };
  }
  const { name, code, value } = quota.value;
  const isBurst = name === bucketNames(facts.api, 'request').capacity;
  const read = isBurst ? { burst: value } : { refill: value };
  const rest = isBurst ? 'refill' : 'burst';
  return {
    ...about,
    ...documented,
    ...read,
    source: `Service Quotas ${code}, ${rest} from AWS documentation`,
  };
}

function measuredOf({ facts }: LimitAdvice, { group, now }: CaseLook): RegionCase['measured'][number][] {
  const { service, api } = facts;
  const rows = group.rows.filter(({ call }) => call.service === service && call.api === api);
  const delivered = [...perMinute(rows).values()].reduce((sum, count) => sum + count, 0);
  return [
    {
      what: `${api} throttled, at least`,
      value: known(delivered, 'CloudTrail', now),
    },
    { what: `${api} calls in the last hour`, value: totalOf(facts.calls) },
    { what: `${api} throttled in the last hour`, value: totalOf(facts.throttled) },
  ];
}

function callersOf({ facts, shares }: LimitAdvice): { name: string; share: number }[] {
  return (shares?.callers ?? [])
    .slice(0, MAX_CALLERS)
    .map(({ caller, ofBucket }) => ({ name: `${facts.api} by ${caller.name}`, share: ofBucket }));
}

/** The busiest hour may have only just begun: AWS looks at one that is over. */
function pastHour(peak: PeakHour | undefined, now: EpochMs): PeakHour | undefined {
  return peak === undefined || peak.to <= now ? peak : { ...peak, from: now - HOUR_MS, to: now };
}

/** Paramedic knows few codes of Service Quotas: what makes the case needless, before anybody writes one. */
function firstLooks([{ facts }, ...others]: Same): string[] {
  const unread = [facts, ...others.map((each) => each.facts)].filter(({ lookup }) => lookup.is === 'none');
  if (unread.length === 0) return [];
  if (facts.service !== 'ec2')
    return [`first: look in Service Quotas under ${facts.service}, it may hold this rate`];
  const names = unread.map(({ api }) => `"${bucketNames(api, 'request').refill}"`);
  return [
    `first: look in Service Quotas under Amazon EC2 for ${names.join(', ')}; where adjustable, ask there`,
  ];
}

function textFinding({ path, subject, body, complete }: SupportCase, first: readonly string[]): Finding {
  return {
    cause: CAUSE,
    confidence: 'likely',
    evidence: [
      ...first,
      `then: AWS Support Center > ${path.join(' > ')}; add what the account runs where you know more`,
      `subject: ${subject}`,
      BEGIN,
      ...body.split('\n').filter((each) => each !== ''),
      END,
      ...(complete ? [] : ['more is to be asked for than one case holds']),
    ],
  };
}
