import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Aggregated, AggregateInput, Below } from '../../shared/pipeline/trouble.ts';
import { instanceOf } from './attribution/caller.ts';
import { type AttributionContext, attribute, controllerOf, NO_ROLES } from './attribution/index.ts';
import { burstNews, isOver, type Judged, ownNews } from './burst-news.ts';
import type { ThrottledCall } from './calls.ts';
import { clustersOf } from './clusters.ts';
import { type Group, groupsOf, togetherOf } from './groups.ts';
import { closedAtOf, LOOK_BACK_MS, peakOfGroup } from './news.ts';
import { ownThrottling, rememberOwn, withheld } from './own-calls.ts';
import { ownersOf } from './owners.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import { exitOf } from './rate.ts';
import { rolesOf } from './roles.ts';
import { readRows, remember } from './rows.ts';
import { callOf, isOwnCall } from './signals.ts';

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
  const { table } = input.ports;
  const timely = input.signals.filter(({ occurredAt: at }) => at > now - LATE_MS && at <= now + AHEAD_MS);
  const late = input.signals.length - timely.length;
  const own = timely.filter(isOwnCall).map(callOf);
  const inTime = timely.filter((signal) => !isOwnCall(signal)).map(callOf);
  const unread: string[] = [];
  await rememberOwn(table, own);
  const known = await knownOf(input, inTime, unread);
  const attributed = inTime.map((call) => ({
    call,
    attribution: attribute(call, known),
    keyed: controllerOf(call, NOTHING_KNOWN).value,
  }));
  await remember(table, attributed);
  const found = inTime.length === 0 ? { signals: [], below: [] } : await news(input);
  return { ...found, dispositions: { counted: inTime.length, own: own.length, late }, unread };
}

async function knownOf(input: Input, calls: ThrottledCall[], unread: string[]) {
  if (calls.length === 0) return NOTHING_KNOWN;
  const { home, configuredClusters } = input;
  const throttled = await ownThrottling(input.ports.table, input.ports.clock.now());
  const ports = withheld(input.ports, throttled);
  const ids = calls.map(instanceOf).filter((id) => id !== undefined);
  const [clusters, instances] = await Promise.all([
    clustersOf(ports, home, configuredClusters, unread),
    ownersOf(ports, ids, unread),
  ]);
  const known = { ...NOTHING_KNOWN, clusters, instances };
  const isNeeded = calls.some((call) => attribute(call, known).confidence === 'unknown');
  const roles = await rolesOf({ ports, place: home, clusters, throttled, isNeeded }, unread);
  return { ...known, roles };
}

async function news(input: Input): Promise<Pick<Aggregated, 'signals' | 'below'>> {
  const now = input.ports.clock.now();
  const rows = await readRows(input.ports.table, input.home, now - LOOK_BACK_MS, now + AHEAD_MS);
  const judged = await Promise.all(groupsOf(rows).map((group) => judge(input, group)));
  const others = judged.filter((each) => !isOver(each));
  const together = await contention(input, others);
  const over = Map.groupBy([...judged, ...together].filter(isOver), ({ group }) => group.scope);
  const told = await Promise.all(
    [...over].map(async ([scope, own]) =>
      scope === ACCOUNT_SCOPE ? own.flatMap((each) => ownNews(input, each)) : await burstNews(input, own),
    ),
  );
  const signals = told
    .flat()
    .toSorted((left, right) => Number(right.isNew) - Number(left.isNew) || right.count - left.count)
    .slice(0, MAX_NEWS)
    .map(({ signal, cluster }) => ({ signal, cluster }));
  return { signals, below: others.map(belowOf).toSorted((left, right) => right.count - left.count) };
}

/** All who are below the threshold and told nowhere else, as one cause; none where that is not over it. */
async function contention(input: Input, others: readonly Judged[]): Promise<Judged[]> {
  const weak = others.filter(({ isAlone }) => !isAlone);
  if (!(await judgeTogether(input, weak)).some(isOver)) return [];
  const free = await Promise.all(weak.map(async (each) => !(await hasOpen(input, each))));
  return await judgeTogether(
    input,
    weak.filter((_, index) => free[index] === true),
  );
}

async function judgeTogether(input: Input, weak: readonly Judged[]): Promise<Judged[]> {
  // One caller below the threshold is no contention.
  return weak.length < 2 ? [] : [await judge(input, togetherOf(weak.map(({ group }) => group)))];
}

/** Whether its calls are told in an open incident of its own; who is nearly quiet is not worth the read. */
async function hasOpen(input: Input, { group, policy, peak }: Judged): Promise<boolean> {
  if (peak.count < exitOf(policy.rate)) return false;
  const cluster = { name: group.scope, ...input.home };
  const incident = await input.readIncident(cluster, { kind: 'principal', id: group.cause });
  return incident?.status === 'open';
}

function belowOf({ group, policy: { rate }, peak }: Judged): Below {
  const { scope: cluster, cause } = group;
  return { cause, cluster, count: peak.count, openAt: rate.openAt, windowMs: rate.window };
}

/** The incident is read only where it matters: it can lower a peak, never raise it. */
async function judge(input: Input, group: Group): Promise<Judged> {
  const cluster = { name: group.scope, ...input.home };
  const policy = await input.policyFor(cluster);
  const now = input.ports.clock.now();
  const peak = peakOfGroup(group, policy, 0, now);
  if (peak.count < policy.rate.openAt) return { group, policy, incident: undefined, peak, isAlone: false };
  const incident = await input.readIncident(cluster, { kind: 'principal', id: group.cause });
  const left = peakOfGroup(group, policy, closedAtOf(incident), now);
  return { group, policy, incident, peak: left, isAlone: true };
}
