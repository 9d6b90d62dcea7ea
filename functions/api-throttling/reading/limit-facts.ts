import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import { type Fact, readFact, unknown } from '../../../shared/fact.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Quota, QuotaRequest } from '../../../shared/ports/quotas.ts';
import type { Group } from '../groups.ts';
import type { Place } from '../keys.ts';
import { lastAskedAt, readAsked } from '../quota/asked.ts';
import type { Minutes } from '../quota/minutes.ts';
import { type QuotaLookup, quotaOfThrottle } from '../quota/quota-map.ts';
import { recordedRequests } from '../quota/requests.ts';
import { type ApiUsage, readApiUsage, readQuotaUsage } from '../quota/usage.ts';
import { totalOf } from '../window.ts';

/** What limits one API, and how much of it is used. */
export interface LimitFacts {
  service: string;
  api: string;
  lookup: QuotaLookup;
  calls: Fact<Minutes>;
  throttled: Fact<Minutes>;
  awsTriggered: Fact<Minutes>;
  /** Null: Service Quotas knows no such quota. */
  quota: Fact<Quota | null>;
  openRequests: Fact<QuotaRequest[]>;
  usage: Fact<number>;
  /** When Paramedic asked for it last, for whichever cluster; null: never. */
  lastAsked: Fact<EpochMs | null>;
}

/** A request that the incident follows, as it stands now. */
export interface RequestFacts {
  id: string;
  /** Null: AWS knows no such request. */
  request: Fact<QuotaRequest | null>;
  /** Null: Service Quotas knows no such quota. */
  quota: Fact<Quota | null>;
}

/** Of an incident; the rest is throttled less. */
export const MAX_LIMITS = 3;
const WINDOW_MS = HOUR_MS;
const SOURCE = 'Service Quotas';

type Reading = Pick<Ports, 'quotas' | 'usage' | 'table'> & { at: EpochMs };

/**
 * Whatever else is read or not: people wait for AWS's answer. Two calls of Service Quotas for each request, of which
 * there are as many as people have said yes to.
 */
export async function readRequestFacts(
  { quotas, at }: Pick<Reading, 'quotas' | 'at'>,
  incident: Pick<Incident, 'records'>,
): Promise<RequestFacts[]> {
  return await Promise.all(
    recordedRequests(incident).map(async ({ quota, asked: { id } }) => ({
      id,
      request: await readFact(SOURCE, at, () => orNull(quotas.getRequest(id))),
      // After the request: a value that was raised in between shows.
      quota: await readFact(SOURCE, at, () => orNull(quotas.getQuota(quota))),
    })),
  );
}

/** At most three calls of CloudWatch and three of Service Quotas for each API and two more for each service. */
export async function readLimitFacts(reading: Reading, group: Group): Promise<LimitFacts[]> {
  const apis = mostThrottled(group);
  const window = { from: reading.at - WINDOW_MS, to: reading.at };
  const facts: LimitFacts[] = [];
  for (const [service, own] of Map.groupBy(apis, (each) => each.service)) {
    const query = { service, apis: own.map(({ api }) => api), window };
    const read = await readApiUsage(reading.usage, query, reading.at);
    for (const { api, place } of own) {
      facts.push(await limitOf(reading, { service, api, place }, read.get(api)));
    }
  }
  return facts;
}

interface ThrottledApi {
  service: string;
  api: string;
  place: Place;
}

/** The APIs of which most calls were throttled. */
export function mostThrottled({ rows }: Pick<Group, 'rows'>): ThrottledApi[] {
  const counts = Map.groupBy(rows, ({ call }) => JSON.stringify([call.service, call.api]));
  return [...counts.values()]
    .map((own) => ({ own, sum: own.reduce((sum, { counts: each }) => sum + totalOf(each), 0) }))
    .toSorted((left, right) => right.sum - left.sum)
    .slice(0, MAX_LIMITS)
    .flatMap(({ own: [first] }) => {
      if (first === undefined) return [];
      const { service, api, account, region } = first.call;
      return [{ service, api, place: { account, region } }];
    });
}

async function limitOf(
  { quotas, usage, table, at }: Reading,
  { service, api, place }: ThrottledApi,
  measured: ApiUsage | undefined,
): Promise<LimitFacts> {
  const unread = unknown('not read', 'CloudWatch', at);
  const { calls = unread, throttled = unread, awsTriggered = unread } = measured ?? {};
  const lookup = quotaOfThrottle(service, api);
  const about = { service, api, lookup, calls, throttled, awsTriggered };
  const none = unknown('no quota of Service Quotas stands behind it', SOURCE, at);
  if (lookup.is !== 'one') return { ...about, quota: none, openRequests: none, usage: none, lastAsked: none };
  const [quota, openRequests, lastAsked] = await Promise.all([
    readFact(SOURCE, at, () => orNull(quotas.getQuota(lookup.quota))),
    readFact(SOURCE, at, () => quotas.listOpenRequests(lookup.quota)),
    readFact('the ledger', at, async () => lastAskedAt(await readAsked(table, place, lookup.quota))),
  ]);
  return { ...about, quota, openRequests, usage: await usageOf({ usage, at }, quota), lastAsked };
}

async function usageOf(
  { usage, at }: Pick<Reading, 'usage' | 'at'>,
  quota: Fact<Quota | null>,
): Promise<Fact<number>> {
  if (!quota.known) return quota;
  if (quota.value === null) return unknown('there is no such quota', SOURCE, at);
  return await readQuotaUsage(usage, { quota: quota.value, window: { from: at - WINDOW_MS, to: at } }, at);
}

/** Not there is an answer; any other failure is none. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isFailure(error, 'not-found')) return null;
    throw error;
  }
}
