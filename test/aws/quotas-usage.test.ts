import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { usageAdapter } from '../../shared/aws/usage.ts';
import { metricOperations } from '../../shared/aws/usage-ops.ts';
import type { MetricQuery } from '../../shared/ports/usage.ts';

const AT = 1_795_000_020_000;
const WINDOW = { from: AT, to: AT + 300_000 };
const mock = mockClient(CloudWatchClient);
const usage = usageAdapter(async () => metricOperations({ region: 'eu-west-1' }));

function query(api: string): MetricQuery {
  const dimensions = { Service: 'EC2', Type: 'API', Resource: api, Class: 'None' };
  return { namespace: 'AWS/Usage', name: 'CallCount', dimensions, statistic: 'Sum', periodMs: 60_000 };
}

beforeEach(() => mock.reset());

describe('listing metrics', () => {
  test('asks for what was active lately, every page, with names as published', async () => {
    const Dimensions = [{ Name: 'ClusterName', Value: 'payments' }];
    mock
      .on(ListMetricsCommand)
      .resolvesOnce({
        Metrics: [{ Namespace: 'AWS/EKS', MetricName: 'apiserver_request_total_429', Dimensions }],
        NextToken: 'two',
      })
      .resolvesOnce({ Metrics: [{ Namespace: 'AWS/EKS', MetricName: 'PendingPods' }] });
    expect(await usage.listMetrics('AWS/EKS', { dimensions: { ClusterName: 'payments' } })).toEqual([
      {
        namespace: 'AWS/EKS',
        name: 'apiserver_request_total_429',
        dimensions: { ClusterName: 'payments' },
      },
      { namespace: 'AWS/EKS', name: 'PendingPods', dimensions: {} },
    ]);
    const inputs = mock.commandCalls(ListMetricsCommand).map(({ args }) => args[0].input);
    expect(inputs).toMatchObject([
      { Namespace: 'AWS/EKS', Dimensions, RecentlyActive: 'PT3H' },
      { Namespace: 'AWS/EKS', Dimensions, NextToken: 'two' },
    ]);
  });

  test('a denial names cloudwatch:ListMetrics', async () => {
    mock.rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    await expect(usage.listMetrics('AWS/EKS')).rejects.toThrow('missing permission cloudwatch:ListMetrics');
  });
});

describe('reading metrics', () => {
  test('joins the pages of each series, ascending, in the order of the queries', async () => {
    mock
      .on(GetMetricDataCommand)
      .resolvesOnce({
        MetricDataResults: [
          { Id: 'q1', Timestamps: [new Date(AT)], Values: [7], StatusCode: 'Complete' },
          { Id: 'q0', Timestamps: [new Date(AT + 60_000)], Values: [2], StatusCode: 'PartialData' },
        ],
        NextToken: 'two',
      })
      .resolvesOnce({
        MetricDataResults: [{ Id: 'q0', Timestamps: [new Date(AT)], Values: [1], StatusCode: 'Complete' }],
      });
    expect(await usage.readMetrics([query('CreateTags'), query('RunInstances')], WINDOW)).toEqual([
      {
        points: [
          { at: AT, value: 1 },
          { at: AT + 60_000, value: 2 },
        ],
        complete: true,
      },
      { points: [{ at: AT, value: 7 }], complete: true },
    ]);
    const [first] = mock.commandCalls(GetMetricDataCommand);
    expect(first?.args[0].input).toMatchObject({
      StartTime: new Date(WINDOW.from),
      EndTime: new Date(WINDOW.to),
      MetricDataQueries: [
        { Id: 'q0', MetricStat: { Period: 60, Stat: 'Sum', Metric: { MetricName: 'CallCount' } } },
        { Id: 'q1' },
      ],
    });
  });

  test.each([
    ['PartialData', false],
    ['InternalError', false],
    ['Complete', true],
  ] as const)('a series that ends with %s is complete: %s', async (StatusCode, complete) => {
    mock.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q0', StatusCode }] });
    expect(await usage.readMetrics([query('CreateTags')], WINDOW)).toEqual([{ points: [], complete }]);
  });

  test('a series that is missing from the answer is not complete', async () => {
    mock.on(GetMetricDataCommand).resolves({});
    expect(await usage.readMetrics([query('CreateTags')], WINDOW)).toEqual([{ points: [], complete: false }]);
  });

  test('a forbidden series is a missing permission', async () => {
    mock.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q0', StatusCode: 'Forbidden' }] });
    await expect(usage.readMetrics([query('CreateTags')], WINDOW)).rejects.toMatchObject({
      kind: 'unauthorised',
      message: 'missing permission cloudwatch:GetMetricData',
    });
  });

  test('asks for 500 series at a time', async () => {
    mock.on(GetMetricDataCommand).resolves({});
    const more = Array.from({ length: 700 }, (_, index) => query(`Api${index}`));
    expect(await usage.readMetrics([query('first'), ...more], WINDOW)).toHaveLength(701);
    const sent = mock.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input.MetricDataQueries);
    expect(sent.map((queries) => queries?.length)).toEqual([500, 201]);
  });
});
