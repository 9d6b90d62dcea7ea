import type {
  Metric as AwsMetric,
  Dimension,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { Metric, MetricFilter, MetricQuery, MetricSeries, MetricWindow, Usage } from '../ports/usage.ts';
import { awsCall } from './classify.ts';
import { allPages, chunks } from './paging.ts';
import type { MetricOperations } from './usage-ops.ts';

/** Queries one call takes. */
const MAX_QUERIES = 500;
const LIST = 'cloudwatch:ListMetrics';
const READ = 'cloudwatch:GetMetricData';

export function usageAdapter(load: () => Promise<MetricOperations>): Usage {
  return {
    listMetrics: async (namespace, filter = {}) => await listAll(await load(), namespace, filter),
    readMetrics: async (queries, window) => {
      const calls = await load();
      const series: MetricSeries[] = [];
      for (const chunk of chunks(queries, MAX_QUERIES))
        series.push(...(await readChunk(calls, chunk, window)));
      return series;
    },
  };
}

async function listAll(
  calls: MetricOperations,
  namespace: string,
  { name, dimensions = {} }: MetricFilter,
): Promise<Metric[]> {
  const request = {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    RecentlyActive: 'PT3H' as const,
  };
  return await allPages<Metric, string>(async (NextToken) => {
    const answer = await awsCall(LIST, () => calls.listMetrics({ ...request, NextToken }));
    return { items: (answer.Metrics ?? []).map(toMetric), next: answer.NextToken };
  });
}

async function readChunk(
  calls: MetricOperations,
  queries: readonly MetricQuery[],
  { from, to }: MetricWindow,
): Promise<MetricSeries[]> {
  const results = await allPages<MetricDataResult, string>(async (cursor) => {
    const answer = await awsCall(READ, () =>
      calls.getMetricData({
        MetricDataQueries: queries.map(toQuery),
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampAscending',
        NextToken: cursor,
      }),
    );
    return { items: answer.MetricDataResults ?? [], next: answer.NextToken };
  });
  return queries.map((_, index) => joined(results.filter(({ Id }) => Id === idOf(index))));
}

function toQuery(query: MetricQuery, index: number): MetricDataQuery {
  const { namespace, name, dimensions, statistic, periodMs } = query;
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: name, Dimensions };
  return { Id: idOf(index), MetricStat: { Metric, Period: periodMs / SECOND_MS, Stat: statistic } };
}

function idOf(index: number): string {
  return `q${index}`;
}

/** One series comes in as many parts as there are pages; `PartialData` on one of them means that more follow. */
function joined(parts: readonly MetricDataResult[]): MetricSeries {
  if (parts.some(({ StatusCode }) => StatusCode === 'Forbidden')) {
    throw new PortError('unauthorised', `missing permission ${READ}`, { operation: READ, code: 'Forbidden' });
  }
  const points = parts.flatMap(({ Timestamps = [], Values = [] }) =>
    Timestamps.flatMap((time, index) => {
      const value = Values[index];
      return value === undefined ? [] : [{ at: time.getTime(), value }];
    }),
  );
  points.sort((one, other) => one.at - other.at);
  return { points, complete: parts.at(-1)?.StatusCode === 'Complete' };
}

function toMetric(from: AwsMetric): Metric {
  return {
    namespace: from.Namespace ?? '',
    name: from.MetricName ?? '',
    dimensions: Object.fromEntries((from.Dimensions ?? []).map(nameAndValue)),
  };
}

function nameAndValue({ Name, Value }: Dimension): [string, string] {
  return [Name ?? '', Value ?? ''];
}
