import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  CHECKS,
  type FleetAlarm,
  fleetAlarmName,
  isAlarm,
  isHeardBy,
  planAlarm,
  type Series,
} from '../../cli/onboard/alarms.ts';
import { toSignals } from '../../functions/ebs-saturation/signals.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import { asObject, type Tree } from '../contract/template-package.ts';
import { matches } from '../contract/template-pattern.ts';
import { volumes } from './onboard-support.ts';

const [IOPS, THROUGHPUT] = CHECKS as [(typeof CHECKS)[0], (typeof CHECKS)[0]];

function planned(series: readonly Series[], check = IOPS): FleetAlarm {
  const alarm = planAlarm('prod', check, series);
  if (!isAlarm(alarm)) throw new Error(`no alarm: ${alarm.why}`);
  return alarm;
}

describe('the schema of the query', () => {
  test('is of volumes alone where AWS publishes that', () => {
    expect(planned(volumes(3, 'VolumeId')).settings.query).toBe(
      'SELECT MAX("VolumeIOPSExceededCheck") FROM SCHEMA("AWS/EBS", VolumeId) GROUP BY VolumeId ORDER BY MAX() DESC',
    );
  });

  test('is of volumes on instances where AWS publishes only that, in whatever order it names them', () => {
    const series = volumes(3, 'InstanceId', 'VolumeId');
    expect(planned(series, THROUGHPUT).settings.query).toBe(
      'SELECT MAX("VolumeThroughputExceededCheck") FROM SCHEMA("AWS/EBS", VolumeId, InstanceId) ' +
        'GROUP BY VolumeId ORDER BY MAX() DESC',
    );
  });

  test('is the plainer one of two that cover the same volumes, and its metrics alone are counted', () => {
    const alarm = planned([...volumes(3, 'VolumeId', 'InstanceId'), ...volumes(3, 'VolumeId')]);
    expect(alarm).toMatchObject({ dimensions: ['VolumeId'], volumes: 3, metrics: 3, unseen: 0 });
  });

  test('is the one that covers more volumes, and says how many it does not see', () => {
    const alarm = planned([...volumes(5, 'VolumeId', 'InstanceId'), ...volumes(2, 'VolumeId', 'Other')]);
    expect(alarm).toMatchObject({ dimensions: ['VolumeId', 'InstanceId'], volumes: 5, unseen: 0 });
    const [, , ...later] = volumes(4, 'VolumeId');
    const both = planned([...volumes(3, 'VolumeId', 'InstanceId'), ...later]);
    expect(both).toMatchObject({ dimensions: ['VolumeId', 'InstanceId'], volumes: 3, unseen: 1 });
  });

  test('counts a volume that hung on two instances once, and both of its metrics', () => {
    const moved = volumes(2, 'VolumeId', 'InstanceId').map((each) => ({ ...each, VolumeId: 'vol-1' }));
    expect(planned(moved)).toMatchObject({ volumes: 1, metrics: 2 });
  });

  test.each([
    ['nothing is published', [], 'attached to a Nitro instance'],
    ['it is published without volumes', volumes(2, 'InstanceId'), '{InstanceId}'],
    ['it is published with other dimensions', volumes(2, 'VolumeId', 'Zone'), '{VolumeId, Zone}'],
  ])('is none where %s, and says so', (_, series, why) => {
    const none = planAlarm('prod', IOPS, series);
    expect(isAlarm(none)).toBe(false);
    expect(none).toMatchObject({ name: 'paramedic-fleet-prod-ebs-iops', why: expect.stringContaining(why) });
  });
});

test('an alarm needs more than 0 in five of five minutes, and silence is no proof', () => {
  expect(planned(volumes(1, 'VolumeId')).settings).toMatchObject({
    periodSeconds: 60,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    evaluationPeriods: 5,
    datapointsToAlarm: 5,
    missing: 'missing',
  });
});

test.each([
  [1, 'complete'],
  [399, 'complete'],
  [400, 'near-limit'],
  [500, 'near-limit'],
  [501, 'partial'],
  [10_001, 'partial'],
])('%i volumes: the data is %s, in one query', (count, data) => {
  const alarm = planned(volumes(count, 'VolumeId'));
  expect(alarm).toMatchObject({ volumes: count, data });
  expect(alarm.settings.query).toBe(planned(volumes(1, 'VolumeId')).settings.query);
});

test('10,001 metrics of few volumes are partial data too', () => {
  const series = volumes(10_001, 'VolumeId', 'InstanceId').map((each, index) => ({
    ...each,
    VolumeId: `vol-${index % 9}`,
  }));
  expect(planned(series)).toMatchObject({ volumes: 9, metrics: 10_001, data: 'partial' });
});

/** The pattern of `deploy/template/rules.yml` as it is for a stage. */
function ruleOf(stage: string): Tree {
  const text = readFileSync(new URL('../../deploy/template/rules.yml', import.meta.url), 'utf8');
  const rules = asObject(asObject(parse(text.replaceAll(`\${sls:stage}`, stage)) as Tree)['Resources']);
  return asObject(asObject(rules['EbsSaturationAlarmsRule'])['Properties'])['EventPattern'] ?? null;
}

/** What EventBridge brings when one volume of the alarm goes into ALARM. */
function contributorEvent(name: string, query: string) {
  const sample = readFileSync(new URL('../../events/ebs-contributor.json', import.meta.url), 'utf8');
  const event = JSON.parse(sample) as { detail: Record<string, Tree> };
  const metrics = [{ id: 'q1', expression: query, returnData: true, period: 60 }];
  return { ...event, detail: { ...event.detail, alarmName: name, configuration: { metrics } } };
}

describe.each(CHECKS)('the alarm on $metric', (check) => {
  const { settings, name } = planned(volumes(1, 'VolumeId', 'InstanceId'), check);

  test("passes the stage's own rule, which leaves out the stage's alarms about Paramedic itself", () => {
    expect(matches(ruleOf('prod'), contributorEvent(name, settings.query))).toBe(true);
    const own = contributorEvent(`paramedic-prod-${check.suffix}`, settings.query);
    expect(matches(ruleOf('prod'), own)).toBe(false);
  });

  test('becomes a signal of the volume, saying what it is short of', () => {
    const parsed = parseEnvelope(JSON.stringify(contributorEvent(name, settings.query)));
    const found = parsed.ok ? toSignals(parsed.event) : undefined;
    expect(found).toMatchObject({
      kind: 'signals',
      signals: [
        {
          subject: { kind: 'volume', id: 'vol-0a1b2c3d4e5f60718' },
          data: { alarmName: name, metrics: [check.metric] },
        },
      ],
    });
  });

  test.each(['prod', 'fleet', 'fleet-fleet', 'fleet-prod', 'f'])(
    'of stage %s is heard as isHeardBy says',
    (stage) => {
      const event = contributorEvent(fleetAlarmName(stage, check), settings.query);
      expect(matches(ruleOf(stage), event)).toBe(isHeardBy(stage));
    },
  );
});

test('only stages whose name repeats the prefix do not hear their alarms', () => {
  const stages = ['prod', 'fleet', 'fleet-fleet', 'fleet-prod', 'f'];
  expect(stages.filter((stage) => !isHeardBy(stage))).toEqual(['fleet', 'fleet-fleet']);
});
