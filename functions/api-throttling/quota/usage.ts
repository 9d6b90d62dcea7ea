import type { EpochMs } from '../../../shared/clock.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../../shared/fact.ts';
import type { Quota } from '../../../shared/ports/quotas.ts';
import type { Metric, MetricFilter, MetricQuery, MetricWindow, Usage } from '../../../shared/ports/usage.ts';
import { type Minutes, minutesOf } from './minutes.ts';
import { aboutApi, CLUSTER_METRICS, named, ofService } from './usage-names.ts';

/** APIs read at a time: each costs one ListMetrics. */
export const MAX_APIS = 10;

/** What CloudWatch shows of one API, by the minute; a metric that is not published is unknown, not zero. */
export interface ApiUsage {
  calls: Fact<Minutes>;
  throttled: Fact<Minutes>;
  /** `AwsTriggeredRequestLimitExceeded`: opt-in, so mostly unknown. */
  awsTriggered: Fact<Minutes>;
}

export interface ClusterUsage {
  /** 429 answers of the API server. */
  rejected: Fact<Minutes>;
  /** Seats of API priority and fairness in use. */
  seats: Fact<Minutes>;
}

interface Wanted {
  metrics: Fact<Metric[]>;
  statistic: MetricQuery['statistic'];
}

export interface ApiQuery {
  /** e.g. `ec2`. */
  service: string;
  /** The first `MAX_APIS` of them are read. */
  apis: readonly string[];
  window: MetricWindow;
}

/** At most `MAX_APIS` + 2 calls of CloudWatch, pages not counted. */
export async function readApiUsage(
  usage: Usage,
  { service, apis, window }: ApiQuery,
  at: EpochMs,
): Promise<Map<string, ApiUsage>> {
  const some = [...new Set(apis)].slice(0, MAX_APIS);
  const detailed =
    service === 'ec2' ? await list(usage, at, 'AWS/EC2/API') : unknown('only EC2 has it', 'AWS/EC2/API', at);
  const wanted: Wanted[] = [];
  for (const api of some) {
    const listed = await list(usage, at, 'AWS/Usage', { dimensions: { Type: 'API', Resource: api } });
    const ours = chosen(listed, (metrics) => ofService(metrics, service));
    wanted.push(
      ...wishes(
        ours,
        chosen(detailed, (metrics) => aboutApi(metrics, api)),
      ),
    );
  }
  const read = await readAll(usage, wanted, window, at);
  return new Map(some.map((api, index) => [api, toApiUsage(read.slice(index * WISHES), at)]));
}

/** Of one API. */
const WISHES = 3;

function wishes(ours: Fact<Metric[]>, about: Fact<Metric[]>): Wanted[] {
  return [sum(ours, 'CallCount'), throttles(ours, about), sum(about, 'AwsTriggeredRequestLimitExceeded')];
}

function toApiUsage([calls, throttled, awsTriggered]: readonly Fact<Minutes>[], at: EpochMs): ApiUsage {
  const missing = unknown('not read', 'CloudWatch', at);
  return {
    calls: calls ?? missing,
    throttled: throttled ?? missing,
    awsTriggered: awsTriggered ?? missing,
  };
}

/** Two calls of CloudWatch, pages not counted. */
export async function readClusterUsage(
  usage: Usage,
  { cluster, window }: { cluster: string; window: MetricWindow },
  at: EpochMs,
): Promise<ClusterUsage> {
  const listed = await list(usage, at, 'AWS/EKS', { dimensions: { ClusterName: cluster } });
  const pick = (names: readonly string[]) => chosen(listed, (metrics) => named(metrics, names));
  const [rejected, seats] = await readAll(
    usage,
    [
      { metrics: pick(CLUSTER_METRICS.rejected), statistic: 'Sum' },
      { metrics: pick(CLUSTER_METRICS.seats), statistic: 'Maximum' },
    ],
    window,
    at,
  );
  const missing = unknown('not read', 'CloudWatch', at);
  return { rejected: rejected ?? missing, seats: seats ?? missing };
}

/** The peak of a quota's own usage metric, in the quota's unit. A rate is the mean of its busiest minute. */
export async function readQuotaUsage(
  usage: Usage,
  { quota, window }: { quota: Quota; window: MetricWindow },
  at: EpochMs,
): Promise<Fact<number>> {
  const { usageMetric: metric, periodMs } = quota;
  const source = `CloudWatch usage of ${quota.code}`;
  if (metric === undefined) return unknown('Service Quotas names no usage metric', source, at);
  const isRate = metric.statistic === 'Sum';
  if (isRate && periodMs === undefined) return unknown('the quota holds per an unknown time', source, at);
  const wanted: Wanted = { metrics: known([metric], source, at), statistic: metric.statistic };
  const [minutes] = await readAll(usage, [wanted], window, at);
  if (minutes === undefined || !minutes.known) return minutes ?? unknown('not read', source, at);
  const { peak } = minutes.value;
  return known(isRate ? (peak.value * (periodMs ?? 0)) / MINUTE_MS : peak.value, source, at);
}

function list(usage: Usage, at: EpochMs, namespace: string, filter?: MetricFilter): Promise<Fact<Metric[]>> {
  return readFact(`CloudWatch ${namespace}`, at, () => usage.listMetrics(namespace, filter));
}

function chosen(listed: Fact<Metric[]>, choose: (metrics: Metric[]) => Metric[]): Fact<Metric[]> {
  return listed.known ? { ...listed, value: choose(listed.value) } : listed;
}

function sum(listed: Fact<Metric[]>, name: string): Wanted {
  return { metrics: chosen(listed, (metrics) => named(metrics, [name])), statistic: 'Sum' };
}

/** EC2's own metric where AWS/Usage has none. */
function throttles(ours: Fact<Metric[]>, about: Fact<Metric[]>): Wanted {
  const usual = sum(ours, 'ThrottleCount');
  const published = usual.metrics.known && usual.metrics.value.length > 0;
  return published || !about.known ? usual : sum(about, 'RequestLimitExceeded');
}

/** One GetMetricData for all; the metrics of one wish are added up by the minute. */
async function readAll(
  usage: Usage,
  wanted: readonly Wanted[],
  window: MetricWindow,
  at: EpochMs,
): Promise<Fact<Minutes>[]> {
  const queries = wanted.flatMap(({ metrics, statistic }) =>
    metrics.known ? metrics.value.map((metric) => ({ ...metric, statistic, periodMs: MINUTE_MS })) : [],
  );
  const [first, ...others] = queries;
  const read = await readFact('CloudWatch', at, async () =>
    first === undefined ? [] : await usage.readMetrics([first, ...others], window),
  );
  let next = 0;
  return wanted.map(({ metrics }) => {
    if (!metrics.known) return metrics;
    const [named] = metrics.value;
    if (named === undefined) return unknown('not published in the last three hours', metrics.source, at);
    const source = `CloudWatch ${named.namespace} ${named.name}`;
    const from = next;
    next += metrics.value.length;
    return read.known ? minutesOf(read.value.slice(from, next), source, at) : { ...read, source };
  });
}
