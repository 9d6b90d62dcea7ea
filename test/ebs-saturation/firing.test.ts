import { describe, expect, test } from 'vitest';
import { findFiring } from '../../functions/ebs-saturation/sweeping/firing.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { SimAlarms } from '../../simulator/alarms.ts';
import { signalOf, VOLUME } from './signals-support.ts';

const SINCE = new Date('2026-11-20T12:00:00.123Z');
const home = { account: '210987654321', region: 'eu-west-1' };
const firing = { StateValue: 'ALARM', StateTransitionedTimestamp: SINCE } as const;
const QUERY = 'SELECT MAX(VolumeIOPSExceededCheck) FROM SCHEMA("AWS/EBS", VolumeId) GROUP BY VolumeId';

const clock = (now = SINCE.getTime()) => ({ now: () => now });

async function found(prepare: (alarms: SimAlarms) => void): Promise<Signal[]> {
  const alarms = new SimAlarms(home);
  prepare(alarms);
  const ports = { alarms: alarms.port(), clock: clock() } as unknown as Ports;
  return (await findFiring({ ports, home })).signals;
}

const sameNews = ({ meaning, occurredAt, subject }: Signal) => ({ meaning, occurredAt, subject });

describe('an alarm that is read is the same news as its event', () => {
  test('of one metric', async () => {
    const event = signalOf('ebs-alarm-iops.json', { 'detail/state/timestamp': SINCE.toISOString() });
    const [read] = await found((alarms) =>
      alarms.putMetric(String(event.data['alarmName']), {
        ...firing,
        Namespace: 'AWS/EBS',
        MetricName: 'VolumeIOPSExceededCheck',
        Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
      }),
    );
    expect(read && sameNews(read)).toEqual(sameNews(event));
    expect(read?.data).toMatchObject({ metrics: event.data['metrics'], says: event.data['says'] });
  });

  test('of one series of many', async () => {
    const event = signalOf('ebs-contributor.json', { 'detail/state/timestamp': SINCE.toISOString() });
    const { alarmName, contributor } = event.data;
    const [read, ...others] = await found((alarms) => {
      alarms.putMetric(String(alarmName), { ...firing, Metrics: [{ Id: 'q', Expression: QUERY }] });
      const series = {
        ContributorId: String(contributor),
        StateReason: '',
        StateTransitionedTimestamp: SINCE,
      };
      alarms.putContributors(String(alarmName), [
        { ...series, ContributorAttributes: { VolumeId: VOLUME } },
        { ...series, ContributorId: 'b', ContributorAttributes: { VolumeId: 'vol-none' } },
      ]);
    });
    expect(read && sameNews(read)).toEqual(sameNews(event));
    expect(others).toEqual([]);
  });
});

test('an alarm whose series cannot be read opens nothing, is told of, and holds up no other', async () => {
  const alarms = new SimAlarms(home);
  alarms.putMetric('fleet', { ...firing, Metrics: [{ Id: 'q', Expression: QUERY }] });
  alarms.putMetric('one', {
    ...firing,
    Namespace: 'AWS/EBS',
    MetricName: 'VolumeQueueLength',
    Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
  });
  alarms.describeContributors = async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDenied' });
  };
  const ports = { alarms: alarms.port(), clock: clock() } as unknown as Ports;
  const { signals, lines } = await findFiring({ ports, home });
  expect(signals.map(({ meaning }) => meaning)).toEqual(['alarm:one']);
  expect(lines).toEqual([expect.stringMatching(/^fleet in ALARM .* cloudwatch:DescribeAlarmContributors/)]);
});

test('of more alarms than a sweep looks at each has its turn, and people are told', async () => {
  const alarms = new SimAlarms(home);
  for (let index = 0; index < 120; index++)
    alarms.putMetric(`one-${index}`, {
      ...firing,
      Namespace: 'AWS/EBS',
      MetricName: 'VolumeQueueLength',
      Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
    });
  const seen = new Set<string>();
  for (const sweep of [1, 2, 3]) {
    const now = SINCE.getTime() + sweep * 5 * MINUTE_MS;
    const ports = { alarms: alarms.port(), clock: clock(now) } as unknown as Ports;
    const { signals, lines } = await findFiring({ ports, home });
    expect(signals).toHaveLength(50);
    expect(lines).toEqual([expect.stringContaining('each has its turn')]);
    for (const { meaning } of signals) seen.add(meaning);
  }
  expect(seen.size).toBe(120);
});

test('what is about something else, of nobody, or without a time is nothing', async () => {
  const signals = await found((alarms) => {
    alarms.putMetric('cpu', { ...firing, Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' });
    alarms.putMetric('nobody', { ...firing, Namespace: 'AWS/EBS', MetricName: 'VolumeQueueLength' });
    alarms.putMetric('timeless', {
      StateValue: 'ALARM',
      Namespace: 'AWS/EBS',
      MetricName: 'VolumeQueueLength',
      Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
    });
    alarms.putMetric('ok', {
      ...firing,
      StateValue: 'OK',
      Namespace: 'AWS/EBS',
      MetricName: 'VolumeQueueLength',
      Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
    });
  });
  expect(signals).toEqual([]);
});
