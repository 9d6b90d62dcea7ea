import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DescribeAlarmsCommand,
  type DescribeAlarmsInput,
  type DescribeAlarmsOutput,
} from '@aws-sdk/client-cloudwatch';
import type { Alarms } from '../ports/alarms.ts';
import { alarmsAdapter } from './alarms.ts';

/** The call of the adapter, in the SDK's words. The simulator answers it as CloudWatch does. */
export interface AlarmOperations {
  describeAlarms(request: DescribeAlarmsInput): Promise<DescribeAlarmsOutput>;
}

/** Imported on first use. */
export function alarmsPort(config: CloudWatchClientConfig): Alarms {
  const client = new CloudWatchClient(config);
  return alarmsAdapter({ describeAlarms: (request) => client.send(new DescribeAlarmsCommand(request)) });
}
