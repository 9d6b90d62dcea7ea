import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Aggregated, AggregateInput } from '../../shared/pipeline/trouble.ts';
import { instanceOf } from './attribution/caller.ts';
import { type AttributionContext, attribute, controllerOf, NO_ROLES } from './attribution/index.ts';
import type { ThrottledCall } from './calls.ts';
import { clustersOf } from './clusters.ts';
import { type Group, groupsOf, togetherOf } from './groups.ts';
import { LOOK_BACK_MS, newsOf, peakOfGroup } from './news.ts';
import { ownersOf } from './owners.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import type { Peak } from './rate.ts';
import { readRows, remember } from './rows.ts';
import { callOf } from './signals.ts';

type Input = AggregateInput<ApiThrottlingPolicy>;

/** A copy that comes later is of a row that may have been forgotten: it could count a second time. */
const LATE_MS = HOUR_MS;
/** AWS's clocks are right; what is further ahead is no time of a call. */
const AHEAD_MS = 5 * MINUTE_MS;
/** A batch tells of so many causes at most: what is new first, then the strongest. */
const MAX_NEWS = 50;

/** Nothing but the call: what it gives never changes between two copies of one call. */
const NOTHING_KNOWN: AttributionContext = {
  clusters: [],
  instances: new Map(),
  roles: NO_ROLES,
  ownRolePrefix: '',
};

/**
 * Counts a batch of throttled calls in the ledger, each once however often it comes, and answers with one signal for
 * each cause that is over its threshold. The answer is read from the ledger and not from the batch: a batch that comes
 * again after a crash gives the same signals.
 */
export async function aggregate(input: Input): Promise<Aggregated> {
  const now = input.ports.clock.now();
  const calls = input.signals.map(callOf);
  const inTime = calls.filter(({ at }) => at > now - LATE_MS && at <= now + AHEAD_MS);
  const unread: string[] = [];
  const known = await knownOf(input, inTime, unread);
  const attributed = inTime.map((call) => ({
    call,
    attribution: attribute(call, known),
    keyed: controllerOf(call, NOTHING_KNOWN).value,
  }));
  await remember(input.ports.table, attributed);
  const signals = inTime.length === 0 ? [] : await news(input);
  return { signals, dispositions: { counted: inTime.length, late: calls.length - inTime.length }, unread };
}

async function knownOf({ ports, home, configuredClusters }: Input, calls: ThrottledCall[], unread: string[]) {
  if (calls.length === 0) return NOTHING_KNOWN;
  const ids = calls.map(instanceOf).filter((id) => id !== undefined);
  const [clusters, instances] = await Promise.all([
    clustersOf(ports, home, configuredClusters, unread),
    ownersOf(ports, ids, unread),
  ]);
  return { ...NOTHING_KNOWN, clusters, instances };
}

async function news(input: Input): Promise<Aggregated['signals']> {
  const now = input.ports.clock.now();
  const rows = await readRows(input.ports.table, input.home, now - LOOK_BACK_MS, now + AHEAD_MS);
  const judged = await Promise.all(groupsOf(rows).map((group) => judge(input, group)));
  const others = judged.filter(({ peak, policy }) => peak.count < policy.rate.openAt);
  // One caller below the threshold is no contention.
  const together =
    others.length < 2 ? [] : [await judge(input, togetherOf(others.map(({ group }) => group)))];
  return [...judged, ...together]
    .filter(({ peak, policy }) => peak.count >= policy.rate.openAt)
    .map(({ group, policy, incident, peak }) => ({
      count: peak.count,
      cluster: group.scope,
      ...newsOf(group, peak, policy, incident, input.home),
    }))
    .toSorted((left, right) => Number(right.isNew) - Number(left.isNew) || right.count - left.count)
    .slice(0, MAX_NEWS)
    .map(({ signal, cluster }) => ({ signal, cluster }));
}

interface Judged {
  group: Group;
  policy: ApiThrottlingPolicy;
  incident: Incident | undefined;
  peak: Peak;
}

/** The incident is read only where it matters: it can lower a peak, never raise it. */
async function judge(input: Input, group: Group): Promise<Judged> {
  const cluster = { name: group.scope, ...input.home };
  const policy = await input.policyFor(cluster);
  const now = input.ports.clock.now();
  const peak = peakOfGroup(group, policy, undefined, now);
  if (peak.count < policy.rate.openAt) return { group, policy, incident: undefined, peak };
  const incident = await input.readIncident(cluster, { kind: 'principal', id: group.cause });
  return { group, policy, incident, peak: peakOfGroup(group, policy, incident, now) };
}
