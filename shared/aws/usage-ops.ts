import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  type GetMetricDataInput,
  type GetMetricDataOutput,
  ListMetricsCommand,
  type ListMetricsInput,
  type ListMetricsOutput,
} from '@aws-sdk/client-cloudwatch';

/** CloudWatch as the SDK types it; `usage.ts` imports this module on first use, the simulator stands in for it. */
export interface MetricOperations {
  listMetrics(request: ListMetricsInput): Promise<ListMetricsOutput>;
  getMetricData(request: GetMetricDataInput): Promise<GetMetricDataOutput>;
}

export function metricOperations(config: CloudWatchClientConfig): MetricOperations {
  const client = new CloudWatchClient(config);
  return {
    listMetrics: (request) => client.send(new ListMetricsCommand(request)),
    getMetricData: (request) => client.send(new GetMetricDataCommand(request)),
  };
}
