import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DescribeAlarmContributorsCommand,
  type DescribeAlarmContributorsInput,
  type DescribeAlarmContributorsOutput,
  DescribeAlarmsCommand,
  type DescribeAlarmsInput,
  type DescribeAlarmsOutput,
  ListAlarmMuteRulesCommand,
  type ListAlarmMuteRulesInput,
  type ListAlarmMuteRulesOutput,
} from '@aws-sdk/client-cloudwatch';
import type { Alarms } from '../ports/alarms.ts';
import { alarmsAdapter } from './alarms.ts';

/** The calls of the adapter, in the SDK's words. The simulator answers them as CloudWatch does. */
export interface AlarmOperations {
  describeAlarms(request: DescribeAlarmsInput): Promise<DescribeAlarmsOutput>;
  describeContributors(request: DescribeAlarmContributorsInput): Promise<DescribeAlarmContributorsOutput>;
  listMuteRules(request: ListAlarmMuteRulesInput): Promise<ListAlarmMuteRulesOutput>;
}

/** Imported on first use. */
export function alarmsPort(config: CloudWatchClientConfig): Alarms {
  const client = new CloudWatchClient(config);
  return alarmsAdapter({
    describeAlarms: (request) => client.send(new DescribeAlarmsCommand(request)),
    describeContributors: (request) => client.send(new DescribeAlarmContributorsCommand(request)),
    listMuteRules: (request) => client.send(new ListAlarmMuteRulesCommand(request)),
  });
}
