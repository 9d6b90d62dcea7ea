import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListMetricsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import type { Series } from '../../cli/onboard/alarms.ts';

export const IOPS = 'paramedic-fleet-dev-ebs-iops';
export const THROUGHPUT = 'paramedic-fleet-dev-ebs-throughput';
const PAGE = 500;

/** So many series of these dimensions, each of a volume and an instance of its own. */
export function volumes(count: number, ...dimensions: readonly string[]): Series[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index.toString(16).padStart(17, '0');
    return Object.fromEntries(
      dimensions.map((name) => [name, name === 'VolumeId' ? `vol-${id}` : `i-${id}`]),
    );
  });
}

/** The SDK's client intercepted: alarms that are put stand, and what is published is listed in pages of 500. */
export function fakeCloudWatch() {
  const cloudWatch = mockClient(CloudWatchClient);
  const alarms = new Map<string, MetricAlarm>();
  const published = new Map<string, Series[]>();
  const publish = (iops: Series[], throughput = iops): void => {
    published.set('VolumeIOPSExceededCheck', iops).set('VolumeThroughputExceededCheck', throughput);
  };
  const reset = (): void => {
    cloudWatch.reset();
    alarms.clear();
    publish(volumes(3, 'VolumeId', 'InstanceId'));
    cloudWatch
      .on(ListMetricsCommand)
      .callsFake(({ MetricName, NextToken = '0' }) =>
        listed(MetricName, published.get(MetricName) ?? [], Number(NextToken)),
      );
    cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }: { AlarmNames: string[] }) => ({
      MetricAlarms: AlarmNames.flatMap((name) => alarms.get(name) ?? []),
    }));
    cloudWatch.on(PutMetricAlarmCommand).callsFake((input: MetricAlarm) => {
      alarms.set(`${input.AlarmName}`, { StateValue: 'INSUFFICIENT_DATA', ...input });
      return {};
    });
  };
  const puts = () => cloudWatch.commandCalls(PutMetricAlarmCommand).map(({ args }) => args[0].input);
  return { cloudWatch, alarms, publish, reset, puts };
}

function listed(metric: string, series: readonly Series[], start: number) {
  const toMetric = (each: Series) => ({
    Namespace: 'AWS/EBS',
    MetricName: metric,
    Dimensions: Object.entries(each).map(([Name, Value]) => ({ Name, Value })),
  });
  const next = start + PAGE;
  const token = next < series.length ? { NextToken: `${next}` } : {};
  return { Metrics: series.slice(start, next).map(toMetric), ...token };
}
