import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DetachInstancesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { autoScalingAdapter } from '../../shared/aws/autoscaling.ts';

const region = 'eu-west-1';

function ids(count: number): [string, ...string[]] {
  return ['i-0', ...Array.from({ length: count - 1 }, (_, index) => `i-${index + 1}`)];
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}

describe('Auto Scaling', () => {
  const mock = mockClient(AutoScalingClient);
  const autoscaling = autoScalingAdapter(() => new AutoScalingClient({ region }));
  beforeEach(() => mock.reset());

  test('asks about 50 instances at a time and reads every page', async () => {
    const member = (InstanceId: string) => ({
      InstanceId,
      AutoScalingGroupName: 'group',
      LifecycleState: 'InService',
      AvailabilityZone: 'a',
      HealthStatus: 'HEALTHY',
      ProtectedFromScaleIn: false,
    });
    mock
      .on(DescribeAutoScalingInstancesCommand)
      .resolvesOnce({ AutoScalingInstances: [member('i-0')], NextToken: 'two' })
      .resolvesOnce({ AutoScalingInstances: [member('i-1')] })
      .resolvesOnce({ AutoScalingInstances: [member('i-60')] });
    const members = await autoscaling.describeInstances(ids(70));
    expect(members).toEqual(
      ['i-0', 'i-1', 'i-60'].map((instanceId) => ({
        instanceId,
        group: 'group',
        lifecycleState: 'InService',
      })),
    );
    const inputs = mock.commandCalls(DescribeAutoScalingInstancesCommand).map(({ args }) => args[0].input);
    expect(inputs.map((input) => [input.InstanceIds?.length, input.NextToken])).toEqual([
      [50, undefined],
      [50, 'two'],
      [20, undefined],
    ]);
  });

  test('a group that is gone is not-found although the API answers 200', async () => {
    mock.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    await expect(autoscaling.describeGroup('gone')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('maps a group', async () => {
    mock.on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['g'] }).resolves({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'g',
          MinSize: 1,
          MaxSize: 5,
          DesiredCapacity: 2,
          CapacityRebalance: true,
          Tags: [{ Key: 'eks:cluster-name', Value: 'shop' }],
          Instances: [
            {
              InstanceId: 'i-0',
              LifecycleState: 'Terminating:Wait',
              AvailabilityZone: 'a',
              HealthStatus: 'Healthy',
              ProtectedFromScaleIn: false,
            },
          ],
          DefaultCooldown: 0,
          AvailabilityZones: [],
          HealthCheckType: 'EC2',
          CreatedTime: undefined,
        },
      ],
    });
    expect(await autoscaling.describeGroup('g')).toEqual({
      name: 'g',
      min: 1,
      max: 5,
      desired: 2,
      capacityRebalance: true,
      tags: { 'eks:cluster-name': 'shop' },
      instances: [{ id: 'i-0', lifecycleState: 'Terminating:Wait' }],
    });
  });

  test('detaches without lowering the desired capacity; a busy group is a conflict', async () => {
    mock.on(DetachInstancesCommand).resolvesOnce({}).rejects(named('ScalingActivityInProgressFault'));
    await autoscaling.detachInstance('g', 'i-0');
    expect(mock.commandCalls(DetachInstancesCommand)[0]?.args[0].input).toEqual({
      AutoScalingGroupName: 'g',
      InstanceIds: ['i-0'],
      ShouldDecrementDesiredCapacity: false,
    });
    await expect(autoscaling.detachInstance('g', 'i-0')).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('sets an absolute size without waiting for a cooldown; one out of bounds is invalid', async () => {
    mock.on(SetDesiredCapacityCommand).resolvesOnce({}).rejects(named('ValidationError'));
    await autoscaling.setDesiredCapacity('g', 3);
    expect(mock.commandCalls(SetDesiredCapacityCommand)[0]?.args[0].input).toEqual({
      AutoScalingGroupName: 'g',
      DesiredCapacity: 3,
      HonorCooldown: false,
    });
    await expect(autoscaling.setDesiredCapacity('g', 99)).rejects.toMatchObject({
      kind: 'invalid',
      operation: 'autoscaling:SetDesiredCapacity',
    });
  });

  test('terminates one instance of a group and takes its place away', async () => {
    const busy = named('ScalingActivityInProgress');
    mock.on(TerminateInstanceInAutoScalingGroupCommand).resolvesOnce({}).rejects(busy);
    await autoscaling.terminateInGroup('i-0');
    expect(mock.commandCalls(TerminateInstanceInAutoScalingGroupCommand)[0]?.args[0].input).toEqual({
      InstanceId: 'i-0',
      ShouldDecrementDesiredCapacity: true,
    });
    await expect(autoscaling.terminateInGroup('i-0')).rejects.toMatchObject({
      kind: 'conflict',
      operation: 'autoscaling:TerminateInstanceInAutoScalingGroup',
    });
  });
});
