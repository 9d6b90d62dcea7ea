import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toSignals } from '../../functions/ebs-saturation/signals.ts';
import { eventOf, INSTANCE, METRIC, sample, signalOf, signalsOf, VOLUME } from './signals-support.ts';

const SECOND = 'vol-0b2c3d4e5f6071829';
const THIRD = 'vol-0d4e5f60718293a4b';
const ALARM_ARN = 'arn:aws:cloudwatch:eu-west-1:210987654321:alarm';

/** Sample → ids of its subjects, and what its first signal says. */
const ALARMS: [string, string[], object][] = [
  ['ebs-alarm-iops.json', [VOLUME], { says: ['iops-limit'], metrics: ['VolumeIOPSExceededCheck'] }],
  ['ebs-alarm-throughput.json', [VOLUME], { says: ['throughput-limit'] }],
  ['ebs-alarm-volume-and-instance.json', [VOLUME], { instances: [INSTANCE] }],
  ['ebs-alarm-instance-iops.json', [INSTANCE], { says: ['instance-iops'], instances: [INSTANCE] }],
  ['ebs-alarm-instance-balance.json', [INSTANCE], { says: ['burst'], metrics: ['EBSIOBalance%'] }],
  ['ebs-alarm-burst-balance.json', [THIRD], { says: ['burst'], metrics: ['BurstBalance'], threshold: 20 }],
  ['ebs-alarm-stalled.json', [SECOND], { says: ['stalled'], datapoints: Array(10).fill(1) }],
  ['ebs-alarm-latency-math.json', [SECOND], { says: ['time', 'ops'], previous: 'INSUFFICIENT_DATA' }],
  ['ebs-alarm-volumes-math.json', [VOLUME, SECOND, THIRD], { says: ['iops-limit'] }],
  ['ebs-alarm-volume-not-instance-math.json', [VOLUME], { says: ['iops-limit', 'instance-iops'] }],
  ['ebs-alarm-queue-anomaly.json', [VOLUME], { says: ['queue'], datapoints: [44, 51.5] }],
  ['ebs-alarm-query.json', [VOLUME], { says: ['iops-limit'] }],
  [
    'ebs-alarm-composite.json',
    [`${ALARM_ARN}:payments-storage`],
    { metrics: [], triggeringAlarms: [`${ALARM_ARN}:ebs-iops-${VOLUME}`] },
  ],
  ['ebs-alarm-composite-reason-text.json', [`${ALARM_ARN}:orders-storage`], { triggeringAlarms: [] }],
  ['ebs-alarm-reason-text.json', [SECOND], { state: 'ALARM' }],
  ['ebs-alarm-ok.json', [VOLUME], { state: 'OK', previous: 'ALARM', opens: false }],
  ['ebs-alarm-no-data.json', ['vol-0e5f60718293a4b5c'], { state: 'INSUFFICIENT_DATA', opens: false }],
  ['ebs-alarm-deleted-volume.json', ['vol-0f60718293a4b5c6d'], { opens: true }],
  ['ebs-alarm-foreign-account.json', [VOLUME], { state: 'ALARM' }],
  ['ebs-contributor.json', [VOLUME], { says: ['iops-limit'], contributor: '7f6e5d4c3b2a1908' }],
  ['ebs-contributor-ok.json', [VOLUME], { opens: false, contributor: '7f6e5d4c3b2a1908' }],
  ['ebs-contributor-two-dimensions.json', [VOLUME], { instances: [INSTANCE] }],
  ['ebs-contributor-instance.json', [INSTANCE], { says: ['instance-throughput'] }],
];
const MODIFICATIONS: [string, object][] = [
  ['ebs-modify-optimizing.json', { result: 'optimizing' }],
  ['ebs-modify-completed.json', { result: 'completed' }],
  ['ebs-modify-failed.json', { result: 'failed', cause: 'the modification could not be completed' }],
];
const IGNORED: [string, string][] = [
  ['ebs-alarm-suppressed.json', 'suppressed by WaitPeriod'],
  ['ebs-alarm-muted.json', 'muted until 2026-11-03T16:00:00'],
  ['ebs-alarm-other-namespace.json', 'AWS/RDS CPUUtilization'],
  ['ebs-alarm-other-metric.json', 'AWS/EC2 CPUUtilization'],
  ['ebs-alarm-group.json', 'neither a volume nor an instance'],
  ['ebs-alarm-fleet.json', 'contributors'],
  ['ebs-alarm-other-account-metric.json', 'another account'],
  ['ebs-alarm-configuration.json', 'not treated'],
  ['ebs-volume-deleted.json', 'deleteVolume'],
  ['ebs-volume-initialized.json', 'initializeVolume'],
  ['ebs-volume-notification.json', 'createVolume'],
];

function samplesIn(folder: string): Set<string> {
  const files = readdirSync(new URL(`../../events/${folder}`, import.meta.url));
  return new Set(files.filter((file) => file.startsWith('ebs-')));
}

describe('samples', () => {
  test('every one is in a table here', () => {
    const signals = [...ALARMS, ...MODIFICATIONS].map(([file]) => file);
    expect(new Set(signals)).toEqual(samplesIn(''));
    expect(new Set(IGNORED.map(([file]) => file))).toEqual(samplesIn('ignored'));
  });

  test.each(ALARMS)('%s: who it is about and what it says', (file, ids, data) => {
    const signals = signalsOf(file);
    expect(signals.map(({ subject }) => subject.id)).toEqual(ids);
    const kind = ids[0]?.startsWith('vol-') ? 'volume' : ids[0]?.startsWith('i-') ? 'instance' : 'alarm';
    for (const signal of signals) {
      expect(signal).toMatchObject({ kind: 'alarm', subject: { kind }, region: 'eu-west-1' });
      expect(signal.data).toMatchObject({ suppressed: false, ...data });
    }
  });

  test.each(MODIFICATIONS)('%s: the volume and how far the change is', (file, data) => {
    const { kind, subject, data: given } = signalOf(file);
    expect({ kind, subject }).toEqual({ kind: 'modification', subject: { kind: 'volume', id: VOLUME } });
    expect(given).toEqual({ opens: false, ...data });
  });

  test.each(IGNORED)('%s is ignored, and the reason says why', (file, reason) => {
    expect(toSignals(eventOf(`ignored/${file}`))).toEqual({
      kind: 'ignored',
      reason: expect.stringContaining(reason),
    });
  });

  test('the account is the one that the event is of', () => {
    expect(signalOf('ebs-alarm-foreign-account.json').account).toBe('123456789012');
  });

  test('the time is that of the state, to the millisecond and whatever its offset', () => {
    expect(sample('ebs-alarm-iops.json')).toContain('2026-11-03T14:10:04.050+0000');
    const at = Date.parse('2026-11-03T14:10:04.050Z');
    expect(signalOf('ebs-alarm-iops.json').occurredAt).toBe(at);
    for (const timestamp of ['2026-11-03T16:10:04.050+0200', '2026-11-03T14:10:04.050Z'])
      expect(signalOf('ebs-alarm-iops.json', { 'detail/state/timestamp': timestamp }).occurredAt).toBe(at);
    expect(signalOf('ebs-alarm-iops.json', { 'detail/state/timestamp': undefined }).occurredAt).toBe(
      Date.parse('2026-11-03T14:10:04Z'),
    );
  });
});

describe('the metrics', () => {
  const NAMESPACE = `${METRIC}/namespace`;
  const NAME = `${METRIC}/name`;

  test.each([
    ['ebs-alarm-iops.json', 'AWS/EC2', 'VolumeIOPSExceededCheck'],
    ['ebs-alarm-iops.json', 'Custom/EBS', 'VolumeIOPSExceededCheck'],
    ['ebs-alarm-iops.json', 'AWS/EBS', 'FastSnapshotRestoreCreditsBalance'],
    ['ebs-alarm-iops.json', 'AWS/EBS', 'constructor'],
    ['ebs-alarm-instance-iops.json', 'AWS/EBS', 'InstanceEBSIOPSExceededCheck'],
    ['ebs-alarm-instance-iops.json', 'AWS/EC2', 'StatusCheckFailed'],
  ])('%s with %s %s is of no use here', (file, namespace, name) => {
    const result = toSignals(eventOf(file, { [NAMESPACE]: namespace, [NAME]: name }));
    expect(result).toEqual({ kind: 'ignored', reason: expect.stringContaining(`${namespace} ${name}`) });
  });

  test.each([
    ['VolumeTotalReadTime', 'time'],
    ['VolumeWriteBytes', 'bytes'],
    ['VolumeAvgWriteLatency', 'latency'],
    ['VolumeQueueLength', 'queue'],
    ['VolumeThroughputPercentage', 'ops'],
  ])('%s says %s', (name, says) => {
    expect(signalOf('ebs-alarm-iops.json', { [NAME]: name }).data['says']).toEqual([says]);
  });
});

describe('an alarm', () => {
  const file = 'ebs-alarm-iops.json';

  test('that is held back says so where it is news all the same: when it is over', () => {
    const muted = { 'detail/muteDetail': { mutedByArn: 'arn' } };
    expect(toSignals(eventOf(file, muted)).kind).toBe('ignored');
    expect(signalOf('ebs-alarm-ok.json', muted).data).toMatchObject({ suppressed: true, opens: false });
    const byAlarm = { 'detail/state/actionsSuppressedBy': 'Alarm' };
    expect(signalOf('ebs-alarm-no-data.json', byAlarm).data['suppressed']).toBe(true);
  });

  test('keeps its name on one line, without what would forge another, and not longer than CloudWatch allows', () => {
    const name = `disk\n<b>\u202e${'x'.repeat(600)}`;
    const { data, meaning } = signalOf(file, { 'detail/alarmName': name });
    expect(data['alarmName']).toMatch(/^disk <b> x+$/);
    expect(String(data['alarmName']).length).toBeLessThanOrEqual(255);
    expect(meaning).toBe(`alarm:${String(data['alarmName'])}`);
  });

  test('of a monitoring account keeps what is of its own account', () => {
    const own = 'detail/configuration/metrics/1/accountId';
    const ids = signalsOf('ebs-alarm-volumes-math.json', { [own]: '123456789012' }).map(
      ({ subject }) => subject.id,
    );
    expect(ids).toEqual([SECOND, THIRD]);
    expect(signalsOf('ebs-alarm-volumes-math.json', { [own]: '210987654321' })).toHaveLength(3);
  });

  test('on a query finds volumes by equality alone', () => {
    const expression = 'detail/configuration/metrics/0/expression';
    const query = (where: string) =>
      `SELECT MAX("VolumeQueueLength") FROM "AWS/EBS" WHERE ${where} AND Team = 'i-0f3c9a1d2e4b56789'`;
    const [signal] = signalsOf('ebs-alarm-query.json', { [expression]: query(`VolumeId = '${SECOND}'`) });
    expect(signal?.subject.id).toBe(SECOND);
    expect(signal?.data['instances']).toEqual([]);
    const other = eventOf('ebs-alarm-query.json', { [expression]: query(`VolumeId != '${SECOND}'`) });
    expect(toSignals(other)).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('neither') });
  });

  test('whose contributors are grouped by something else is nobody’s', () => {
    const attributes = { 'detail/alarmContributor/attributes': { VolumeType: 'gp3' } };
    expect(toSignals(eventOf('ebs-contributor.json', attributes)).kind).toBe('ignored');
  });

  test('of a kind that names no metrics is ignored: it may be anybody’s', () => {
    const changed = eventOf(file, { 'detail/configuration': { description: 'log alarm' } });
    expect(toSignals(changed)).toMatchObject({ kind: 'ignored' });
  });

  test('of somebody else’s is ignored however odd it is', () => {
    const odd = { 'detail/alarmName': 7, 'detail/state': null };
    expect(toSignals(eventOf('ignored/ebs-alarm-other-namespace.json', odd)).kind).toBe('ignored');
  });

  test('is read from CloudWatch and EC2 alone', () => {
    for (const source of ['my.app', 'aws.ec2'])
      expect(toSignals(eventOf(file, { source }))).toMatchObject({ kind: 'ignored' });
  });
});
