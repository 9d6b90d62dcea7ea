import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { events } from '../../functions/ebs-saturation/events.ts';
import { toSignals } from '../../functions/ebs-saturation/signals.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import { INSTANCE, VOLUME } from './signals-support.ts';

const ARN = 'arn:aws:cloudwatch:eu-west-1:210987654321:alarm:payments';
/** The longest that CloudWatch takes, in characters of three bytes. */
const LONG_ARNS = [...'甲乙丙丁戊己'].map((character) => `${ARN.replace('payments', character.repeat(255))}`);
const VOLUME_ARN = `arn:aws:ec2:eu-west-1:210987654321:volume/${VOLUME}`;
const SUBJECT =
  /^(vol-[0-9a-f]{8,17}|i-[0-9a-f]{8,17}|arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:\P{Cc}{1,255})$/u;
const MAX_SUBJECTS = 500;
const MAX_NAME = 256;
/** Fifty signals of an incident stand in one row of 400 KB. */
const MAX_SIGNAL_BYTES = 8_000;

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('', null, '__proto__', 'x'.repeat(70_000)),
);
const mostly = (...good: unknown[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: odd });
const hex = fc.integer({ min: 0, max: 0xffff_ffff }).map((n) => `vol-${n.toString(16).padStart(8, '0')}`);
const dimensions = fc.oneof(
  { weight: 8, arbitrary: fc.record({ VolumeId: hex }) },
  { weight: 4, arbitrary: fc.record({ VolumeId: hex, InstanceId: mostly(INSTANCE) }) },
  { weight: 4, arbitrary: fc.record({ InstanceId: mostly(INSTANCE) }) },
  { weight: 1, arbitrary: fc.record({ VolumeId: odd }) },
);
const metric = fc.record({
  namespace: mostly('AWS/EBS', 'AWS/EC2'),
  name: mostly('VolumeIOPSExceededCheck', 'EBSIOBalance%', 'VolumeReadOps', 'constructor'),
  dimensions,
});
const query = fc
  .tuple(mostly('MAX(VolumeQueueLength)'), mostly('"AWS/EBS"'), mostly(`VolumeId = '${VOLUME}'`))
  .map(([what, from, where]) => `SELECT ${String(what)} FROM ${String(from)} WHERE ${String(where)}`);
const entry = fc.oneof(
  { weight: 12, arbitrary: fc.record({ metricStat: fc.record({ metric }), accountId: mostly(undefined) }) },
  { weight: 3, arbitrary: fc.record({ expression: query }) },
  { weight: 1, arbitrary: odd },
);
const state = fc.record({
  value: mostly('ALARM', 'OK', 'INSUFFICIENT_DATA'),
  timestamp: mostly('2026-11-03T14:10:04.050+0000', undefined),
  reason: odd,
  reasonData: fc.oneof(
    fc.json({ maxDepth: 3 }),
    odd,
    fc.constant(JSON.stringify({ triggeringAlarms: LONG_ARNS.map((arn) => ({ arn })) })),
  ),
  actionsSuppressedBy: mostly(undefined, 'Alarm'),
});
const name = mostly('disk', '甲'.repeat(5_000), 'a\nb');
const alarmDetail = fc.record({
  alarmName: name,
  state,
  previousState: state,
  configuration: fc.oneof(
    fc.record({ metrics: fc.array(entry, { maxLength: 6 }) }),
    fc.record({ alarmRule: mostly('ALARM("a")') }),
  ),
  alarmContributor: fc.record({ id: mostly('7f6e5d4c3b2a1908'), attributes: dimensions }),
});
const noticeDetail = fc.record({ event: mostly('modifyVolume'), result: mostly('completed'), cause: odd });
const isCloudWatch = ({ source }: { source: string }) => source === 'aws.cloudwatch';
const alarmed = fc.tuple(fc.constantFrom(...events.filter(isCloudWatch)), alarmDetail);
const noticed = fc.tuple(fc.constantFrom(...events.filter((event) => !isCloudWatch(event))), noticeDetail);
const nearlyRight = fc.oneof({ weight: 4, arbitrary: alarmed }, { weight: 1, arbitrary: noticed });
const resources = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray([ARN, VOLUME_ARN, ...LONG_ARNS], { minLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.string(), { maxLength: 3 }) },
);

function check(event: Omit<Envelope, 'id' | 'account' | 'region' | 'time'>): void {
  const result = toSignals({ id: 'e', account: '210987654321', region: 'eu-west-1', time: 0, ...event });
  if (result.kind !== 'signals') {
    expect(['ignored', 'malformed']).toContain(result.kind);
    expect(result.reason.length).toBeLessThanOrEqual(MAX_NAME);
    return;
  }
  expect(result.signals.length).toBeLessThanOrEqual(MAX_SUBJECTS);
  const ids = result.signals.map(({ subject }) => subject.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const signal of result.signals) {
    expect(signal.subject.id).toMatch(SUBJECT);
    expect(String(signal.data['alarmName'] ?? '').length).toBeLessThanOrEqual(MAX_NAME);
    expect(signal.meaning).not.toMatch(/\p{Cc}/u);
    expect(Number.isFinite(signal.occurredAt)).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(signal))).toBeLessThan(MAX_SIGNAL_BYTES);
  }
}

describe('whatever comes', () => {
  property.prop([fc.constantFrom(...events), fc.json({ maxDepth: 4 }), resources])(
    'any JSON gives a bounded value',
    ({ source, detailType }, json, given) =>
      check({ source, detailType, detail: JSON.parse(json), resources: given }),
  );

  property.prop([nearlyRight, resources], { numRuns: 1_000 })(
    'a detail that is nearly right never gives an id that is none',
    ([{ source, detailType }, detail], given) => check({ source, detailType, detail, resources: given }),
  );

  property.prop([fc.integer({ min: 400, max: 3_000 }), fc.constantFrom(...events)], { numRuns: 20 })(
    'an alarm on thousands of volumes gives five hundred signals at most',
    (count, { source, detailType }) => {
      const metrics = Array.from({ length: count }, (_, index) => ({
        metricStat: {
          metric: {
            namespace: 'AWS/EBS',
            name: 'BurstBalance',
            dimensions: { VolumeId: `vol-${index.toString(16).padStart(8, '0')}` },
          },
        },
      }));
      const detail = { alarmName: 'all', state: { value: 'ALARM' }, configuration: { metrics } };
      check({ source, detailType, detail, resources: [] });
    },
  );
});
