import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import type { Alarms } from '../../shared/ports/alarms.ts';

/** CloudWatch with alarms that the case makes. */
export interface AlarmStage {
  alarms: Alarms;
  /** Creates or replaces one, and sets its state; gives its ARN. */
  put(alarm: PutMetricAlarmInput, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): Promise<string>;
  remove(name: string): Promise<void>;
  run<T>(work: Promise<T>): Promise<T>;
}

const VOLUME = 'vol-0a1b2c3d4e5f60718';

function onVolume(AlarmName: string): PutMetricAlarmInput {
  return {
    AlarmName,
    Namespace: 'AWS/EBS',
    MetricName: 'VolumeIOPSExceededCheck',
    Dimensions: [{ Name: 'VolumeId', Value: VOLUME }],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 5,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  };
}

/** What CloudWatch says of alarms by way of our port: name → what must hold. */
export const ALARM_CASES: Readonly<Record<string, (stage: AlarmStage) => Promise<void>>> = {
  'an alarm has its state, since when, and what it watches': async ({ alarms, put, run }) => {
    const arn = await put(onVolume('reads'), 'ALARM');
    const [alarm] = await run(alarms.describeAlarms([arn]));
    expect(alarm).toMatchObject({
      arn,
      kind: 'metric',
      state: 'ALARM',
      since: expect.any(Number),
      actionsEnabled: true,
      metrics: [{ namespace: 'AWS/EBS', name: 'VolumeIOPSExceededCheck', dimensions: { VolumeId: VOLUME } }],
    });
  },
  'an alarm that was deleted is missing from the answer, its neighbours are not': async (stage) => {
    const { alarms, put, remove, run } = stage;
    const [stays, goes] = [await put(onVolume('stays'), 'OK'), await put(onVolume('goes'), 'ALARM')];
    await remove('goes');
    const found = await run(alarms.describeAlarms([goes, stays]));
    expect(found.map(({ arn }) => arn)).toEqual([stays]);
  },
  'of the alarms those in ALARM are listed, and no other': async ({ alarms, put, run }) => {
    const loud = await put(onVolume('loud'), 'ALARM');
    const others = [await put(onVolume('calm'), 'OK'), await put(onVolume('mute'), 'INSUFFICIENT_DATA')];
    const { alarms: firing, isComplete } = await run(alarms.listFiring());
    const arns = firing.map(({ arn }) => arn);
    expect(isComplete).toBe(true);
    expect(arns).toContain(loud);
    for (const arn of others) expect(arns).not.toContain(arn);
  },
  'an alarm whose actions were switched off says so': async ({ alarms, put, run }) => {
    const arn = await put({ ...onVolume('off'), ActionsEnabled: false }, 'ALARM');
    expect(await run(alarms.describeAlarms([arn]))).toMatchObject([{ actionsEnabled: false }]);
  },
};

/** Calls that no engine has. */
export const ALARM_CASES_SIMULATED: typeof ALARM_CASES = {
  'an alarm that nobody has has no series: it is not found': async ({ alarms, put, remove, run }) => {
    const arn = await put(onVolume('gone'), 'ALARM');
    await remove('gone');
    await expect(run(alarms.describeContributors(arn))).rejects.toMatchObject({ kind: 'not-found' });
  },
  'without a rule nothing is muted': async ({ alarms, run }) => {
    expect(await run(alarms.hasActiveMute())).toBe(false);
  },
};
