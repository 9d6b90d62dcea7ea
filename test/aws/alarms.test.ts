import {
  CloudWatchClient,
  DescribeAlarmContributorsCommand,
  DescribeAlarmsCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { alarmsPort } from '../../shared/aws/alarms-ops.ts';

const PREFIX = 'arn:aws:cloudwatch:eu-west-1:210987654321:alarm:';
const DIMENSIONS = [{ Name: 'VolumeId', Value: 'vol-0a1b2c3d4e5f60718' }];
const WATCHED = { dimensions: { VolumeId: 'vol-0a1b2c3d4e5f60718' }, namespace: 'AWS/EBS' };
const mock = mockClient(CloudWatchClient);
const alarms = alarmsPort({ region: 'eu-west-1' });

function metricAlarm(name: string) {
  const metric = { Namespace: 'AWS/EBS', MetricName: 'VolumeIOPSExceededCheck', Dimensions: DIMENSIONS };
  return { AlarmName: name, AlarmArn: `${PREFIX}${name}`, StateValue: 'ALARM' as const, ...metric };
}

beforeEach(() => mock.reset());

describe('describeAlarms', () => {
  test('asks by the names in the ARNs, 100 at a time, composites included', async () => {
    mock.on(DescribeAlarmsCommand).resolves({});
    const many = Array.from({ length: 149 }, (_, index) => `${PREFIX}a-${index}`);
    await alarms.describeAlarms([`${PREFIX}with:colon`, ...many, `${PREFIX}a-0`]);
    const inputs = mock.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ AlarmNames }) => AlarmNames?.length)).toEqual([100, 50]);
    expect(inputs[0]?.AlarmNames?.slice(0, 2)).toEqual(['with:colon', 'a-0']);
    for (const input of inputs) expect(input.AlarmTypes).toEqual(['MetricAlarm', 'CompositeAlarm']);
  });

  test('reads every page', async () => {
    mock
      .on(DescribeAlarmsCommand)
      .resolvesOnce({ MetricAlarms: [metricAlarm('a')], NextToken: 'two' })
      .resolvesOnce({ MetricAlarms: [metricAlarm('b')] });
    const found = await alarms.describeAlarms([`${PREFIX}a`, `${PREFIX}b`]);
    expect(found.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(mock.commandCalls(DescribeAlarmsCommand)[1]?.args[0].input.NextToken).toBe('two');
  });

  test('an alarm of the same name in another account is not the one that was asked for', async () => {
    mock.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [metricAlarm('a')] });
    expect(await alarms.describeAlarms([`${PREFIX.replace('2109', '9999')}a`])).toEqual([]);
  });

  test.each(['vol-0a1b2c3d4e5f60718', PREFIX, ''])('"%s" is no alarm: nothing is asked', async (arn) => {
    await expect(alarms.describeAlarms([arn])).rejects.toMatchObject({ kind: 'invalid' });
    expect(mock.commandCalls(DescribeAlarmsCommand)).toHaveLength(0);
  });

  test('a denial names the permission', async () => {
    mock.on(DescribeAlarmsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const message = 'missing permission cloudwatch:DescribeAlarms';
    await expect(alarms.describeAlarms([`${PREFIX}a`])).rejects.toThrow(message);
  });
});

describe('describeContributors', () => {
  const attributes = { VolumeId: 'vol-0a1b2c3d4e5f60718' };
  const series = (id: string) => ({
    ContributorId: id,
    ContributorAttributes: attributes,
    StateReason: 'Threshold Crossed',
  });

  test('asks by the name in the ARN, reads every page, and gives each series since when', async () => {
    const at = new Date('2026-11-20T12:00:00.123Z');
    mock
      .on(DescribeAlarmContributorsCommand)
      .resolvesOnce({
        AlarmContributors: [{ ...series('a'), StateTransitionedTimestamp: at }],
        NextToken: '2',
      })
      .resolvesOnce({ AlarmContributors: [series('b')] });
    expect(await alarms.describeContributors(`${PREFIX}fleet`)).toEqual([
      { id: 'a', attributes, since: at.getTime() },
      { id: 'b', attributes },
    ]);
    const inputs = mock.commandCalls(DescribeAlarmContributorsCommand).map(({ args }) => args[0].input);
    expect(inputs).toMatchObject([{ AlarmName: 'fleet' }, { AlarmName: 'fleet', NextToken: '2' }]);
  });

  test('an alarm that is gone is not found, a denial names the permission', async () => {
    const fail = (name: string) => Object.assign(new Error('no'), { name });
    mock.on(DescribeAlarmContributorsCommand).rejectsOnce(fail('ResourceNotFoundException'));
    await expect(alarms.describeContributors(`${PREFIX}x`)).rejects.toMatchObject({ kind: 'not-found' });
    mock.on(DescribeAlarmContributorsCommand).rejects(fail('AccessDenied'));
    const message = 'missing permission cloudwatch:DescribeAlarmContributors';
    await expect(alarms.describeContributors(`${PREFIX}x`)).rejects.toThrow(message);
  });
});

describe('listFiring', () => {
  test('asks for metric alarms in ALARM, without names, and reads every page', async () => {
    mock
      .on(DescribeAlarmsCommand)
      .resolvesOnce({ MetricAlarms: [metricAlarm('a')], NextToken: 'two' })
      .resolvesOnce({ MetricAlarms: [{ ...metricAlarm('b'), ActionsEnabled: false }] });
    const { alarms: found, isComplete } = await alarms.listFiring();
    expect(isComplete).toBe(true);
    expect(found.map(({ name, actionsEnabled }) => [name, actionsEnabled])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    const { input } = mock.commandCalls(DescribeAlarmsCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({ StateValue: 'ALARM', AlarmTypes: ['MetricAlarm'] });
    expect(input?.AlarmNames).toBeUndefined();
  });

  test('stops after ten pages, and says so', async () => {
    mock.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [metricAlarm('a')], NextToken: 'more' });
    expect((await alarms.listFiring()).isComplete).toBe(false);
    expect(mock.commandCalls(DescribeAlarmsCommand)).toHaveLength(10);
  });
});

describe('hasActiveMute', () => {
  const rule = { Status: 'ACTIVE' as const };

  test('asks for active rules, of one alarm or of any, and an empty page is not the last', async () => {
    mock
      .on(ListAlarmMuteRulesCommand)
      .resolvesOnce({ AlarmMuteRuleSummaries: [], NextToken: 'two' })
      .resolvesOnce({ AlarmMuteRuleSummaries: [rule] })
      .resolves({});
    expect(await alarms.hasActiveMute(`${PREFIX}a`)).toBe(true);
    expect(await alarms.hasActiveMute()).toBe(false);
    const inputs = mock.commandCalls(ListAlarmMuteRulesCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ AlarmName }) => AlarmName)).toEqual(['a', 'a', undefined]);
    for (const input of inputs) expect(input.Statuses).toEqual(['ACTIVE']);
  });

  test('a denial names the permission: nobody takes it for not muted', async () => {
    mock.on(ListAlarmMuteRulesCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const message = 'missing permission cloudwatch:ListAlarmMuteRules';
    await expect(alarms.hasActiveMute()).rejects.toThrow(message);
  });
});

describe('an alarm', () => {
  test('is in its state since the last transition, else since the last update', async () => {
    const [moved, updated] = [new Date('2026-11-20T12:00:00Z'), new Date('2026-11-20T12:30:00Z')];
    const both = { StateTransitionedTimestamp: moved, StateUpdatedTimestamp: updated };
    mock.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { ...metricAlarm('a'), ...both },
        { ...metricAlarm('b'), StateUpdatedTimestamp: updated },
      ],
    });
    const found = await alarms.describeAlarms([`${PREFIX}a`, `${PREFIX}b`]);
    expect(found.map(({ since }) => since)).toEqual([moved.getTime(), updated.getTime()]);
  });

  test('on one metric names it with its dimensions', async () => {
    mock.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [metricAlarm('a')] });
    const metrics = [{ ...WATCHED, name: 'VolumeIOPSExceededCheck' }];
    expect(await alarms.describeAlarms([`${PREFIX}a`])).toEqual([
      {
        kind: 'metric',
        arn: `${PREFIX}a`,
        name: 'a',
        state: 'ALARM',
        metrics,
        expressions: [],
        actionsEnabled: true,
      },
    ]);
  });

  test('on metric math names every input and not the expression', async () => {
    const input = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace: 'AWS/EBS', MetricName, Dimensions: DIMENSIONS },
        Period: 60,
        Stat: 'Sum',
      },
    });
    const Metrics = [
      { Id: 'e', Expression: 'a/b' },
      input('a', 'VolumeTotalReadTime'),
      input('b', 'VolumeReadOps'),
    ];
    const math = { AlarmName: 'm', AlarmArn: `${PREFIX}m`, StateValue: 'OK' as const, Metrics };
    mock.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [math] });
    expect(await alarms.describeAlarms([`${PREFIX}m`])).toMatchObject([
      { metrics: ['VolumeTotalReadTime', 'VolumeReadOps'].map((name) => ({ ...WATCHED, name })) },
    ]);
  });

  test('on a query names no metric, and a state nobody knows is unknown', async () => {
    const Metrics = [{ Id: 'q', Expression: 'SELECT MAX(VolumeIOPSExceededCheck) FROM "AWS/EBS"' }];
    const query = { AlarmName: 'q', AlarmArn: `${PREFIX}q`, StateValue: 'SNOOZED' as 'OK', Metrics };
    mock.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [query] });
    expect(await alarms.describeAlarms([`${PREFIX}q`])).toMatchObject([{ state: 'unknown', metrics: [] }]);
  });

  const rules: [string, string[]][] = [
    ['ALARM("a") OR NOT OK(b)', ['a', 'b']],
    [`ALARM( "${PREFIX}c" ) AND INSUFFICIENT_DATA('d') AND ALARM("a") AND ALARM("a")`, ['c', 'd', 'a']],
    ['ALARM("paging (night)") AND ALARM("a \\"b\\" c")', ['paging (night)', 'a "b" c']],
    ['(ALARM(a) OR (OK(b))) AND TRUE', ['a', 'b']],
    ['FALSE', []],
  ];
  test.each(rules)('composed by %s has the children %j', async (AlarmRule, names) => {
    const composite = { AlarmName: 'x', AlarmArn: `${PREFIX}x`, StateValue: 'ALARM' as const, AlarmRule };
    mock.on(DescribeAlarmsCommand).resolves({ CompositeAlarms: [composite] });
    const children = names.map((name) => `${PREFIX}${name}`);
    expect(await alarms.describeAlarms([`${PREFIX}x`])).toEqual([
      { kind: 'composite', arn: `${PREFIX}x`, name: 'x', state: 'ALARM', children },
    ]);
  });
});
