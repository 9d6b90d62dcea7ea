import { describe, expect, test } from 'vitest';
import { toSignals } from '../../functions/ebs-saturation/signals.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import { eventOf, METRIC, sample, signalOf, VOLUME } from './signals-support.ts';

const IOPS = 'ebs-alarm-iops.json';
const CONTRIBUTOR = 'ebs-contributor.json';
const MODIFY = 'ebs-modify-optimizing.json';
const DIMENSIONS = `${METRIC}/dimensions`;
const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9';

/** Sample, path, what stands there instead, the field that is named. */
const BAD: [string, string, unknown, string][] = [
  [IOPS, DIMENSIONS, undefined, 'metrics.0.metricStat.metric.dimensions'],
  [IOPS, DIMENSIONS, null, 'dimensions'],
  [IOPS, DIMENSIONS, [{ name: 'VolumeId', value: VOLUME }], 'dimensions'],
  [IOPS, DIMENSIONS, 'VolumeId', 'dimensions'],
  [IOPS, DIMENSIONS, {}, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeType: 'gp3' }, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeId: 'vol-banana' }, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeId: `${VOLUME}\n<!channel>` }, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeId: [VOLUME] }, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeId: '' }, 'dimensions'],
  [IOPS, DIMENSIONS, { VolumeId: VOLUME, InstanceId: 'i-../../etc' }, 'dimensions'],
  [IOPS, 'detail/configuration', undefined, 'detail.configuration'],
  [IOPS, 'detail/configuration', [], 'detail.configuration'],
  [IOPS, 'detail/alarmName', undefined, 'detail.alarmName'],
  [IOPS, 'detail/alarmName', '\u200b \n', 'detail.alarmName'],
  [IOPS, 'detail/state/value', 'PANIC', 'detail.state.value'],
  [IOPS, 'detail/state', 'ALARM', 'detail.state.value'],
  [IOPS, 'detail/state/timestamp', '2026-13-45T99:00:00.000+0000', 'detail.state.timestamp'],
  [IOPS, 'detail/state/timestamp', '2026-11-03T14:10:04', 'detail.state.timestamp'],
  [IOPS, 'detail/state/timestamp', 1_793_000_000, 'detail.state.timestamp'],
  [IOPS, 'detail', 'ALARM', 'detail.configuration'],
  ['ebs-alarm-instance-iops.json', DIMENSIONS, { InstanceId: VOLUME }, 'dimensions'],
  ['ebs-alarm-composite.json', 'resources', [], 'resources'],
  ['ebs-alarm-composite.json', 'resources', ['arn:aws:cloudwatch:eu-west-1:1:alarm:x'], 'resources'],
  [CONTRIBUTOR, 'detail/alarmContributor', undefined, 'detail.alarmContributor.attributes'],
  [CONTRIBUTOR, 'detail/alarmContributor/attributes', [VOLUME], 'attributes'],
  [CONTRIBUTOR, 'detail/alarmContributor/attributes', { VolumeId: 'i-0f3c9a1d2e4b56789' }, 'attributes'],
  [MODIFY, 'resources', [KEY], 'resources'],
  [MODIFY, 'resources', [VOLUME], 'resources'],
  [MODIFY, 'detail/event', undefined, 'detail.event'],
  [MODIFY, 'detail/result', undefined, 'detail.result'],
  [MODIFY, 'detail/result', '<!channel>', 'detail.result'],
];

describe('an event of ours without usable fields', () => {
  test.each(BAD)('%s with another %s: %j is malformed', (file, path, value, named) => {
    const result = toSignals(eventOf(file, { [path]: value }));
    expect(result).toEqual({ kind: 'malformed', reason: expect.stringContaining(named) });
  });

  test('a volume is found beside the key that its failure is about', () => {
    const volume = `arn:aws-cn:ec2:cn-north-1:210987654321:volume/${VOLUME}`;
    expect(signalOf(MODIFY, { resources: [KEY, volume] }).subject.id).toBe(VOLUME);
  });

  test('the blank that AWS writes before the name of a notice is no other name', () => {
    expect(signalOf(MODIFY, { 'detail/event': ' modifyVolume' }).kind).toBe('modification');
  });
});

describe('what is written for people', () => {
  test('a reason of 1 MB is refused with its envelope, and read without it is neither kept nor fatal', () => {
    const reason = 'x'.repeat(1_048_576);
    const event = JSON.parse(sample(IOPS)) as { detail: { state: object } };
    const reasonData = JSON.stringify({ threshold: 1, reason });
    const huge = { ...event.detail, state: { ...event.detail.state, reason, reasonData } };
    expect(parseEnvelope(JSON.stringify({ ...event, detail: huge }))).toMatchObject({ ok: false });
    const result = toSignals({ ...eventOf(IOPS), detail: huge });
    expect(result.kind).toBe('signals');
    expect(result).not.toHaveProperty('signals.0.data.threshold');
    expect(JSON.stringify(result).length).toBeLessThan(2_000);
  });

  test.each([
    '{"threshold":',
    'null',
    '[]',
    '"text"',
    '{"threshold":"0","recentDatapoints":"1"}',
    '{"triggeringAlarms":{}}',
    '[['.repeat(20_000),
  ])('reason data %j takes nothing from the alarm', (reasonData) => {
    for (const file of [IOPS, 'ebs-alarm-composite.json']) {
      const { data, subject } = signalOf(file, { 'detail/state/reasonData': reasonData });
      expect(subject).toEqual(signalOf(file).subject);
      expect(data).not.toHaveProperty('threshold');
      expect(data).not.toHaveProperty('datapoints');
      expect(data['triggeringAlarms'] ?? []).toEqual([]);
    }
  });

  test('of what set a composite off only ARNs of alarms are kept, each once and ten at most', () => {
    const arn = (name: string) => `arn:aws:cloudwatch:eu-west-1:210987654321:alarm:${name}`;
    const given = ['a', 'a', '\u202etxt', ...Array.from({ length: 20 }, (_, index) => `b${index}`)].map(arn);
    const triggeringAlarms = ['arn:aws:iam::210987654321:role/x', 7, ...given].map((each) => ({ arn: each }));
    const reasonData = JSON.stringify({ triggeringAlarms });
    const { data } = signalOf('ebs-alarm-composite.json', { 'detail/state/reasonData': reasonData });
    expect(data['triggeringAlarms']).toEqual(['a', ...Array.from({ length: 9 }, (_, n) => `b${n}`)].map(arn));
  });

  test('names as long as CloudWatch allows do not fill the row of an incident', () => {
    const arns = [...'abcdef'].map(
      (letter) => `arn:aws:cloudwatch:eu-west-1:210987654321:alarm:${letter.repeat(255)}`,
    );
    const reasonData = JSON.stringify({ triggeringAlarms: arns.map((arn) => ({ arn })) });
    const { data } = signalOf('ebs-alarm-composite.json', { 'detail/state/reasonData': reasonData });
    expect(data['triggeringAlarms']).toEqual(arns.slice(0, 3));
  });
});

describe('an alarm on more than CloudWatch allows', () => {
  const idOf = (index: number) => `vol-${index.toString(16).padStart(8, '0')}`;
  const withMetrics = (metrics: unknown[]) =>
    toSignals({
      ...eventOf(IOPS),
      detail: { alarmName: 'a', state: { value: 'OK' }, configuration: { metrics } },
    });

  test('gives signals about five hundred volumes', () => {
    const queries = Array.from({ length: 20 }, (_, query) => {
      const ids = Array.from({ length: 60 }, (__, index) => `VolumeId = '${idOf(query * 60 + index)}'`);
      return { expression: `SELECT MAX(BurstBalance) FROM "AWS/EBS" WHERE ${ids.join(' OR ')}` };
    });
    const result = withMetrics(queries);
    expect(result.kind === 'signals' && result.signals.map(({ subject }) => subject.id)).toEqual(
      Array.from({ length: 500 }, (_, index) => idOf(index)),
    );
  });

  test('is read up to the five hundredth metric', () => {
    const metric = { namespace: 'AWS/EBS', name: 'BurstBalance', dimensions: { VolumeId: VOLUME } };
    const good = { metricStat: { metric } };
    const bad = { metricStat: { metric: { ...metric, dimensions: 'none' } } };
    expect(withMetrics([...Array(500).fill(good), bad]).kind).toBe('signals');
    expect(withMetrics([...Array(499).fill(good), bad]).kind).toBe('malformed');
  });
});
