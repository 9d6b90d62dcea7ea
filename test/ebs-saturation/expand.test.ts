import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import { expand } from '../../functions/ebs-saturation/expand.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { SimAlarms } from '../../simulator/alarms.ts';
import { INSTANCE, signalOf, VOLUME } from './signals-support.ts';

const HOME = { account: '210987654321', region: 'eu-west-1' };
const OTHER = 'vol-0123456789abcdef0';
const ofVolume = (Value: string) => [{ Name: 'VolumeId', Value }];
const ofInstance = [{ Name: 'InstanceId', Value: INSTANCE }];

function child(id: string, state: MetricAlarm['StateValue'] = 'ALARM'): MetricAlarm {
  const metric = { Namespace: 'AWS/EBS', MetricName: 'VolumeIOPSExceededCheck', Dimensions: ofVolume(id) };
  return { StateValue: state, ...metric };
}

/** Subjects of the composite's event over these alarms. */
async function subjectsOf(
  children: Record<string, MetricAlarm>,
  { state = 'ALARM', named = [] as string[] } = {},
): Promise<string[]> {
  const alarms = new SimAlarms(HOME);
  const arns = Object.entries(children).map(
    ([name, alarm]) => [name, alarms.putMetric(name, alarm)] as const,
  );
  const AlarmRule = Object.keys(children)
    .map((name) => `ALARM("${name}")`)
    .join(' OR ');
  const arn = alarms.putComposite('storage', { AlarmRule, StateValue: 'ALARM' });
  const triggeringAlarms = arns.filter(([name]) => named.includes(name)).map(([, each]) => ({ arn: each }));
  const signal = signalOf('ebs-alarm-composite.json', {
    resources: [arn],
    'detail/state/value': state,
    'detail/state/reasonData': JSON.stringify({ triggeringAlarms }),
  });
  const signals = await expand({ ports: { alarms: alarms.port() } as Ports, signals: [signal] });
  return signals.map(({ subject }) => subject.id);
}

describe('what a composite alarm is about', () => {
  test('those under it that are in ALARM, also when its event names only some', async () => {
    const children = { a: child(VOLUME), b: child(OTHER), c: child('vol-0aaaaaaaaaaaaaaaa', 'OK') };
    expect(new Set(await subjectsOf(children, { named: ['b'] }))).toEqual(new Set([OTHER, VOLUME]));
    expect(await subjectsOf(children)).toEqual([VOLUME, OTHER]);
  });

  test.each(['OK', 'INSUFFICIENT_DATA'])(
    'that it is %s reaches everything it was about: nothing under it is in ALARM any more',
    async (state) => {
      const children = { a: child(VOLUME, 'OK'), b: child(OTHER, 'OK') };
      expect(await subjectsOf(children, { state, named: ['a'] })).toEqual([VOLUME, OTHER]);
    },
  );

  test.each([
    ['CPU', 'AWS/EC2', 'CPUUtilization', ofInstance],
    ['status checks', 'AWS/EC2', 'StatusCheckFailed', ofInstance],
    ['snapshots', 'AWS/EBS', 'FastSnapshotRestoreCreditsBalance', ofVolume(VOLUME)],
  ])('an alarm on %s under it says nothing about volumes', async (_, Namespace, MetricName, Dimensions) => {
    expect(await subjectsOf({ a: { StateValue: 'ALARM', Namespace, MetricName, Dimensions } })).toEqual([]);
  });

  test('of an alarm on a volume and its instance it is the volume alone', async () => {
    const metric = (Namespace: string, MetricName: string, Dimensions: MetricAlarm['Dimensions']) => ({
      Id: MetricName,
      MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Maximum' },
    });
    const Metrics = [
      metric('AWS/EC2', 'InstanceEBSIOPSExceededCheck', ofInstance),
      metric('AWS/EBS', 'VolumeIOPSExceededCheck', ofVolume(VOLUME)),
    ];
    expect(await subjectsOf({ a: { StateValue: 'ALARM', Metrics } })).toEqual([VOLUME]);
  });

  test('metrics of another account are none of ours', async () => {
    const { StateValue, ...Metric } = child(VOLUME);
    const Metrics = [
      { Id: 'm', AccountId: '999999999999', MetricStat: { Metric, Period: 60, Stat: 'Maximum' } },
    ];
    expect(await subjectsOf({ a: { StateValue, Metrics } })).toEqual([]);
    const own = Metrics.map((each) => ({ ...each, AccountId: HOME.account }));
    expect(await subjectsOf({ a: { StateValue, Metrics: own } })).toEqual([VOLUME]);
  });
});
