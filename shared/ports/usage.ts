import type { EpochMs } from '../clock.ts';

/** The CloudWatch reads we use. Adapter: `shared/aws/usage.ts`; fake: `simulator/usage.ts`. */
export interface Usage {
  /**
   * ListMetrics, all pages, of what had data in the last three hours. Names and dimensions are as published: ask
   * before reading, because a metric that does not exist reads as no data. A new metric takes up to 15 minutes
   * to be listed.
   */
  listMetrics(namespace: string, filter?: MetricFilter): Promise<Metric[]>;
  /** GetMetricData, all pages: one series per query, in the order of the queries. */
  readMetrics(
    queries: readonly [MetricQuery, ...MetricQuery[]],
    window: MetricWindow,
  ): Promise<MetricSeries[]>;
}

export interface Metric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

export interface MetricFilter {
  name?: string;
  dimensions?: Record<string, string>;
}

export interface MetricQuery extends Metric {
  statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average';
  /** A multiple of a minute, in ms. */
  periodMs: number;
}

export interface MetricWindow {
  /** Inclusive; CloudWatch rounds it down to the minute. */
  from: EpochMs;
  /** Exclusive. */
  to: EpochMs;
}

export interface MetricSeries {
  /** Ascending by time; a period without data is missing, it is not zero. */
  points: MetricPoint[];
  /** False: CloudWatch could not give all of it. */
  complete: boolean;
}

export interface MetricPoint {
  /** Start of the period. */
  at: EpochMs;
  value: number;
}
