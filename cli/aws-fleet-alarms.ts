import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListMetricsCommand,
  type Metric,
  type MetricAlarm,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { awsCall } from '../shared/aws/classify.ts';
import { allPages } from '../shared/aws/paging.ts';
import { clientConfig } from '../shared/aws/ports.ts';
import type { AlarmSettings, Series } from './onboard/alarms.ts';
import type { AlarmActions, FleetAlarms, Standing } from './onboard/standing.ts';

/** CloudWatch of one Region, with the caller's own credentials. */
export function awsFleetAlarms(
  region: string,
  client = new CloudWatchClient(clientConfig(region)),
): FleetAlarms {
  return {
    series: (metric) => listSeries(client, metric),
    standing: (names) => describe(client, names),
    put: (name, settings, actions) => put(client, name, settings, actions),
  };
}

async function listSeries(client: CloudWatchClient, metric: string): Promise<Series[]> {
  return await allPages<Series, string>(async (NextToken) => {
    const command = new ListMetricsCommand({
      Namespace: 'AWS/EBS',
      MetricName: metric,
      // Without it the volumes of two weeks are listed, gone ones too.
      RecentlyActive: 'PT3H',
      NextToken,
    });
    const page = await awsCall('cloudwatch:ListMetrics', () => client.send(command));
    return { items: (page.Metrics ?? []).map(toSeries), next: page.NextToken };
  });
}

function toSeries({ Dimensions = [] }: Metric): Series {
  return Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name ?? '', Value ?? '']));
}

async function describe(client: CloudWatchClient, names: readonly string[]): Promise<Map<string, Standing>> {
  // Without a name CloudWatch gives every alarm of the account.
  if (names.length === 0) return new Map();
  const command = new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm'] });
  const { MetricAlarms = [] } = await awsCall('cloudwatch:DescribeAlarms', () => client.send(command));
  return new Map(MetricAlarms.map((alarm) => [alarm.AlarmName ?? '', toStanding(alarm)]));
}

function toStanding(alarm: MetricAlarm): Standing {
  const { Metrics: [first, ...others] = [], EvaluationPeriods } = alarm;
  return {
    settings: {
      description: alarm.AlarmDescription,
      // With other entries beside it, it is not the alarm that we make.
      query: others.length === 0 ? first?.Expression : undefined,
      periodSeconds: first?.Period,
      comparison: alarm.ComparisonOperator,
      threshold: alarm.Threshold,
      evaluationPeriods: EvaluationPeriods,
      // What they are where nobody said so.
      datapointsToAlarm: alarm.DatapointsToAlarm ?? EvaluationPeriods,
      missing: alarm.TreatMissingData ?? 'missing',
    },
    actions: {
      enabled: alarm.ActionsEnabled ?? true,
      ok: alarm.OKActions ?? [],
      alarm: alarm.AlarmActions ?? [],
      insufficientData: alarm.InsufficientDataActions ?? [],
    },
    state: alarm.StateValue ?? 'unknown',
    evaluation: alarm.EvaluationState,
  };
}

async function put(
  client: CloudWatchClient,
  name: string,
  settings: AlarmSettings,
  actions: AlarmActions,
): Promise<void> {
  const { query: Expression, periodSeconds: Period } = settings;
  const command = new PutMetricAlarmCommand({
    AlarmName: name,
    AlarmDescription: settings.description,
    Metrics: [{ Id: 'q1', Expression, Period, ReturnData: true }],
    ComparisonOperator: settings.comparison,
    Threshold: settings.threshold,
    EvaluationPeriods: settings.evaluationPeriods,
    DatapointsToAlarm: settings.datapointsToAlarm,
    TreatMissingData: settings.missing,
    ActionsEnabled: actions.enabled,
    OKActions: actions.ok,
    AlarmActions: actions.alarm,
    InsufficientDataActions: actions.insufficientData,
  });
  await awsCall('cloudwatch:PutMetricAlarm', () => client.send(command));
}
