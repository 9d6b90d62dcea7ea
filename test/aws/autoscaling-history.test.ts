import {
  type Activity,
  AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  InstanceRefreshStatus,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { autoScalingAdapter } from '../../shared/aws/autoscaling.ts';

const AT = 1_795_000_000_000;

function activity(id: string, startedAt: number, fields: Partial<Activity> = {}): Activity {
  return {
    ActivityId: id,
    AutoScalingGroupName: 'workers',
    Description: `Terminating EC2 instance: ${id}`,
    Cause: `cause of ${id}`,
    StartTime: new Date(startedAt),
    StatusCode: 'Successful',
    ...fields,
  };
}

describe('what a group did', () => {
  const mock = mockClient(AutoScalingClient);
  const autoscaling = autoScalingAdapter(() => new AutoScalingClient({ region: 'eu-west-1' }));
  beforeEach(() => mock.reset());

  test('is one page of this group, newest first although those in progress come first', async () => {
    mock.on(DescribeScalingActivitiesCommand).resolves({
      Activities: [
        activity('i-1', AT, { StatusCode: 'InProgress' }),
        activity('i-3', AT + 2_000),
        activity('i-2', AT + 1_000),
      ],
      NextToken: 'older',
    });
    expect(await autoscaling.describeActivities('workers')).toEqual(
      [
        ['i-3', AT + 2_000, 'Successful'],
        ['i-2', AT + 1_000, 'Successful'],
        ['i-1', AT, 'InProgress'],
      ].map(([id, startedAt, status]) => ({
        startedAt,
        status,
        description: `Terminating EC2 instance: ${id}`,
        cause: `cause of ${id}`,
      })),
    );
    const calls = mock.commandCalls(DescribeScalingActivitiesCommand);
    expect(calls.map(({ args }) => args[0].input)).toEqual([
      { AutoScalingGroupName: 'workers', MaxRecords: 100 },
    ]);
  });

  const ended = ['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful'];
  const statuses = Object.values(InstanceRefreshStatus);
  const cases = statuses.map((Status) => [Status, !ended.includes(Status)] as const);
  test.each(cases)('with a refresh that is %s, refreshing is %s', async (Status, refreshing) => {
    mock.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [{ Status }] });
    expect(await autoscaling.isRefreshing('workers')).toBe(refreshing);
  });

  test('a group that was never refreshed is not refreshing', async () => {
    mock.on(DescribeInstanceRefreshesCommand).resolves({});
    expect(await autoscaling.isRefreshing('workers')).toBe(false);
  });

  test('a refresh on a later page counts', async () => {
    mock
      .on(DescribeInstanceRefreshesCommand)
      .resolvesOnce({ InstanceRefreshes: [], NextToken: 'two' })
      .resolvesOnce({ InstanceRefreshes: [{ Status: 'Baking' }] });
    expect(await autoscaling.isRefreshing('workers')).toBe(true);
    const inputs = mock.commandCalls(DescribeInstanceRefreshesCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ AutoScalingGroupName, NextToken }) => [AutoScalingGroupName, NextToken])).toEqual([
      ['workers', undefined],
      ['workers', 'two'],
    ]);
  });

  test('a throttled read is a failure, not "no refresh"', async () => {
    mock.rejects(Object.assign(new Error('Rate exceeded'), { name: 'Throttling' }));
    await expect(autoscaling.isRefreshing('workers')).rejects.toMatchObject({ kind: 'throttled' });
    await expect(autoscaling.describeActivities('workers')).rejects.toMatchObject({ kind: 'throttled' });
  });
});
