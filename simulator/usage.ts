import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  ListMetricsInput,
  ListMetricsOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { usageAdapter } from '../shared/aws/usage.ts';
import type { MetricOperations } from '../shared/aws/usage-ops.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import type { Metric, Usage } from '../shared/ports/usage.ts';
import type { VirtualClock } from './clock.ts';

const RECENT_MS = 3 * HOUR_MS;
/** Small, so that every longer answer has several pages. */
const LIST_PAGE = 50;

interface Stored extends Metric {
  /** By the start of their minute. */
  minutes: Map<EpochMs, number[]>;
  newest: EpochMs;
}

/** CloudWatch metrics of one account and Region, in the SDK's own types. Data are kept by the minute. */
export class SimUsage implements MetricOperations {
  readonly #clock: VirtualClock;
  readonly #stored = new Map<string, Stored>();
  readonly #publishers: (() => void)[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): Usage {
    return usageAdapter(async () => this);
  }

  /** Called before every read, by whoever publishes only what is read. */
  beforeRead(publish: () => void): void {
    this.#publishers.push(publish);
  }

  /** Something publishes a datum, by default now. */
  put(metric: Metric, value: number, at: EpochMs = this.#clock.now()): void {
    const key = keyOf(metric);
    const stored = this.#stored.get(key) ?? { ...metric, minutes: new Map(), newest: 0 };
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const values = stored.minutes.get(minute);
    if (values === undefined) stored.minutes.set(minute, [value]);
    else values.push(value);
    stored.newest = Math.max(stored.newest, minute);
    this.#stored.set(key, stored);
  }

  listMetrics = async (request: ListMetricsInput): Promise<ListMetricsOutput> => {
    for (const publish of this.#publishers) publish();
    const since = request.RecentlyActive === undefined ? 0 : this.#clock.now() - RECENT_MS;
    const all = [...this.#stored.values()].filter(
      (metric) => matches(metric, request) && metric.newest >= since,
    );
    const start = Number(request.NextToken ?? 0);
    const next = start + LIST_PAGE < all.length ? { NextToken: String(start + LIST_PAGE) } : {};
    return { Metrics: all.slice(start, start + LIST_PAGE).map(shown), ...next };
  };

  getMetricData = async (request: GetMetricDataInput): Promise<GetMetricDataOutput> => {
    for (const publish of this.#publishers) publish();
    const from = Math.floor((request.StartTime?.getTime() ?? 0) / MINUTE_MS) * MINUTE_MS;
    const to = request.EndTime?.getTime() ?? 0;
    return {
      MetricDataResults: (request.MetricDataQueries ?? []).map((query) => this.#read(query, from, to)),
    };
  };

  #read(query: MetricDataQuery, from: EpochMs, to: EpochMs): MetricDataResult {
    const { Namespace = '', MetricName = '', Dimensions = [] } = query.MetricStat?.Metric ?? {};
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name ?? '', Value ?? '']));
    const stored = this.#stored.get(keyOf({ namespace: Namespace, name: MetricName, dimensions }));
    const periodMs = (query.MetricStat?.Period ?? 60) * SECOND_MS;
    const periods = new Map<EpochMs, number[]>();
    // By the window, not by what is stored: days of data are read three hours at a time.
    for (let at = from; at < to; at += MINUTE_MS) {
      const values = stored?.minutes.get(at);
      if (values === undefined) continue;
      const start = Math.floor(at / periodMs) * periodMs;
      const known = periods.get(start);
      if (known === undefined) periods.set(start, [...values]);
      else known.push(...values);
    }
    const sorted = [...periods].sort(([one], [other]) => one - other);
    return {
      ...(query.Id === undefined ? {} : { Id: query.Id }),
      Timestamps: sorted.map(([at]) => new Date(at)),
      Values: sorted.map(([, values]) => statistic(query.MetricStat?.Stat, values)),
      StatusCode: 'Complete',
    };
  }
}

function statistic(name: string | undefined, values: readonly number[]): number {
  if (name === 'Maximum') return Math.max(...values);
  if (name === 'Minimum') return Math.min(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return name === 'Average' ? sum / values.length : sum;
}

function matches(metric: Metric, { Namespace, MetricName, Dimensions = [] }: ListMetricsInput): boolean {
  if (Namespace !== undefined && metric.namespace !== Namespace) return false;
  if (MetricName !== undefined && metric.name !== MetricName) return false;
  return Dimensions.every(
    ({ Name = '', Value }) =>
      Object.hasOwn(metric.dimensions, Name) && (Value === undefined || metric.dimensions[Name] === Value),
  );
}

/** A metric is its namespace, its name and all of its dimensions: one dimension less is another metric. */
function keyOf({ namespace, name, dimensions }: Metric): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

function shown({ namespace, name, dimensions }: Metric) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Namespace: namespace, MetricName: name, Dimensions };
}
