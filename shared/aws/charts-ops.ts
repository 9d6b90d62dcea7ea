import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricWidgetImageCommand,
  type GetMetricWidgetImageInput,
  type GetMetricWidgetImageOutput,
} from '@aws-sdk/client-cloudwatch';
import type { Charts } from '../ports/charts.ts';
import { chartsAdapter } from './charts.ts';

/** The call of the adapter, in the SDK's words. The simulator answers it as CloudWatch does. */
export interface ChartOperations {
  getMetricWidgetImage(request: GetMetricWidgetImageInput): Promise<GetMetricWidgetImageOutput>;
}

/** Imported on first use. */
export function chartsPort(config: CloudWatchClientConfig, account: string): Charts {
  const client = new CloudWatchClient(config);
  const calls: ChartOperations = {
    getMetricWidgetImage: (request) => client.send(new GetMetricWidgetImageCommand(request)),
  };
  return chartsAdapter(calls, account);
}
