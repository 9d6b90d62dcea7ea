import {
  DescribeAlarmsCommand,
  ListMetricsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from 'vitest';
import { NOW, setUp } from './fakes.ts';
import { fakeCloudWatch, IOPS, THROUGHPUT } from './onboard-support.ts';

const { cloudWatch, alarms, reset, puts } = fakeCloudWatch();

beforeEach(reset);

describe('onboard ebs-alarms', () => {
  test('shows both alarms and the price note, and changes nothing', async () => {
    const { run, targets } = setUp();
    const { code, stdout, stderr } = await run('onboard ebs-alarms --stage prod');
    expect(code).toBe(0);
    expect(stdout).toContain('paramedic-fleet-prod-ebs-iops: would create: 3 volumes now, 3 metrics\n');
    expect(stdout).toContain(
      'MAX("VolumeThroughputExceededCheck") FROM SCHEMA("AWS/EBS", VolumeId, InstanceId)',
    );
    expect(stdout).toContain('above 0 in 5 of 5 periods of 60 s');
    expect(stderr).toContain('for each metric they analyse: 6 now');
    expect(stderr).toContain('the price is not known here');
    expect(stderr).toContain('--apply does it');
    expect(puts()).toEqual([]);
    expect(targets).toEqual([]);
  });

  test('asks for what had data lately, of AWS/EBS alone', async () => {
    await setUp().run('onboard ebs-alarms');
    expect(cloudWatch.commandCalls(ListMetricsCommand).map(({ args }) => args[0].input)).toEqual(
      ['VolumeIOPSExceededCheck', 'VolumeThroughputExceededCheck'].map((MetricName) =>
        expect.objectContaining({ Namespace: 'AWS/EBS', MetricName, RecentlyActive: 'PT3H' }),
      ),
    );
  });

  test('--apply puts both, without actions, and reads them back', async () => {
    const { code, stdout } = await setUp().run('onboard ebs-alarms --apply');
    expect(code).toBe(0);
    expect(stdout).toContain(`${IOPS}: created (INSUFFICIENT_DATA)`);
    expect(puts().map(({ AlarmName }) => AlarmName)).toEqual([IOPS, THROUGHPUT]);
    expect(puts()[0]).toMatchObject({
      Metrics: [{ Id: 'q1', Period: 60, ReturnData: true, Expression: expect.stringMatching(/^SELECT MAX/) }],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      TreatMissingData: 'missing',
      AlarmActions: [],
      OKActions: [],
      InsufficientDataActions: [],
    });
  });

  test('--apply a second time puts nothing', async () => {
    const { run } = setUp();
    await run('onboard ebs-alarms --apply');
    const { code, stdout } = await run('onboard ebs-alarms --apply');
    expect({ code, puts: puts().length }).toEqual({ code: 0, puts: 2 });
    expect(stdout).toContain(`${THROUGHPUT}: stands as it should`);
  });

  test('what somebody changed is put back, with the actions that somebody added', async () => {
    const { run } = setUp();
    await run('onboard ebs-alarms --apply');
    const pager = 'arn:aws:sns:eu-west-1:210987654321:pager';
    alarms.set(IOPS, {
      ...alarms.get(IOPS),
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      AlarmActions: [pager],
    });
    const shown = await run('onboard ebs-alarms');
    expect(shown.stdout).toContain(`${IOPS}: would replace`);
    const { code, stdout } = await run('onboard ebs-alarms --apply');
    expect(code).toBe(0);
    expect(stdout).toContain(`${IOPS}: replaced`);
    expect(puts()).toHaveLength(3);
    expect(alarms.get(IOPS)).toMatchObject({ EvaluationPeriods: 5, AlarmActions: [pager] });
  });

  test('an alarm of another shape under the name is replaced, one with more queries too', async () => {
    const { run } = setUp();
    await run('onboard ebs-alarms --apply');
    const { Metrics = [], ...asMade } = alarms.get(THROUGHPUT) ?? {};
    const other = { Id: 'q2', Expression: 'q1 * 2', ReturnData: false };
    alarms.set(THROUGHPUT, { ...asMade, Metrics: [...Metrics, other] });
    alarms.set(IOPS, { AlarmName: IOPS, MetricName: 'VolumeIdleTime', EvaluationPeriods: 5 });
    const { stdout } = await run('onboard ebs-alarms --apply --json');
    expect(JSON.parse(stdout).alarms).toMatchObject([{ change: 'replace' }, { change: 'replace' }]);
    expect(alarms.get(THROUGHPUT)?.Metrics).toEqual(Metrics);
  });

  test('--json gives what was planned and how it stands', async () => {
    const { run } = setUp();
    const { stdout } = await run('onboard ebs-alarms --json --apply');
    expect(JSON.parse(stdout)).toMatchObject({
      stage: 'dev',
      region: 'eu-west-1',
      applied: true,
      alarms: [
        {
          name: IOPS,
          change: 'create',
          state: 'INSUFFICIENT_DATA',
          volumes: 3,
          metrics: 3,
          data: 'complete',
        },
        { name: THROUGHPUT, dimensions: ['VolumeId', 'InstanceId'], settings: { threshold: 0 } },
      ],
    });
  });
});

describe('when it does not work', () => {
  test('an alarm that is seen late is waited for', async () => {
    const { run, clock } = setUp();
    let looks = 0;
    cloudWatch
      .on(DescribeAlarmsCommand)
      .callsFake(() => ({ MetricAlarms: looks++ < 3 ? [] : [...alarms.values()] }));
    expect((await run('onboard ebs-alarms --apply')).code).toBe(0);
    expect(clock.now() - NOW).toBe(2_000);
  });

  test('an alarm that never reads back as put is exit code 1, after five looks', async () => {
    const { run, clock } = setUp();
    cloudWatch.on(DescribeAlarmsCommand).resolves({});
    const { code, stderr } = await run('onboard ebs-alarms --apply');
    expect({ code, waited: clock.now() - NOW }).toEqual({ code: 1, waited: 4_000 });
    expect(stderr).toContain(`${IOPS} does not read back as it was put`);
  });

  test.each([
    [ListMetricsCommand, 'cloudwatch:ListMetrics'],
    [DescribeAlarmsCommand, 'cloudwatch:DescribeAlarms'],
    [PutMetricAlarmCommand, 'cloudwatch:PutMetricAlarm'],
  ] as const)('a missing permission is named: %s', async (command, permission) => {
    const denied = Object.assign(new Error('no'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    cloudWatch.on(command as typeof PutMetricAlarmCommand).rejects(denied);
    const { code, stderr } = await setUp().run('onboard ebs-alarms --apply');
    expect(code).toBe(1);
    expect(stderr).toContain(`missing permission ${permission}`);
  });

  test('one that fails after another was put: what stands is named, and the next try does the rest', async () => {
    const { run } = setUp();
    const full = Object.assign(new Error('no room'), { name: 'LimitExceeded' });
    let tries = 0;
    cloudWatch.on(PutMetricAlarmCommand).callsFake((input: MetricAlarm) => {
      tries += 1;
      if (tries === 2) throw full;
      alarms.set(`${input.AlarmName}`, { StateValue: 'OK', ...input });
      return {};
    });
    const { code, stderr } = await run('onboard ebs-alarms --apply');
    expect(code).toBe(1);
    expect(stderr).toContain(`${IOPS}: put before the next one failed`);
    expect(stderr).not.toContain(`${THROUGHPUT}: put`);
    expect((await run('onboard ebs-alarms --apply')).code).toBe(0);
    expect(puts().map(({ AlarmName }) => AlarmName)).toEqual([IOPS, THROUGHPUT, THROUGHPUT]);
  });

  test.each(['onboard', 'onboard alarms', 'onboard ebs-alarms more', 'onboard ebs-alarms --stage fleet'])(
    '`%s` is a usage error and asks nothing of CloudWatch',
    async (line) => {
      expect((await setUp().run(line)).code).toBe(2);
      expect(cloudWatch.calls()).toEqual([]);
    },
  );
});
