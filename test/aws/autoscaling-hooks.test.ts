import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeLifecycleHooksCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { autoScalingAdapter } from '../../shared/aws/autoscaling.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';

const ACTION = { group: 'workers', hook: 'drain', instanceId: 'i-0' };
const SENT = { AutoScalingGroupName: 'workers', LifecycleHookName: 'drain', InstanceId: 'i-0' };
const OUT = 'autoscaling:EC2_INSTANCE_TERMINATING';

function named(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}

describe('terminate hooks', () => {
  const mock = mockClient(AutoScalingClient);
  const autoscaling = autoScalingAdapter(() => new AutoScalingClient({ region: 'eu-west-1' }));
  beforeEach(() => mock.reset());

  test('are given with their limits in milliseconds; launch hooks are not', async () => {
    mock.on(DescribeLifecycleHooksCommand, { AutoScalingGroupName: 'workers' }).resolves({
      LifecycleHooks: [
        {
          LifecycleHookName: 'in',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
          HeartbeatTimeout: 60,
          GlobalTimeout: 6_000,
          DefaultResult: 'ABANDON',
        },
        {
          LifecycleHookName: 'out',
          LifecycleTransition: OUT,
          HeartbeatTimeout: 300,
          GlobalTimeout: 30_000,
          DefaultResult: 'CONTINUE',
        },
      ],
    });
    expect(await autoscaling.describeTerminateHooks('workers')).toEqual([
      { name: 'out', heartbeatMs: 5 * MINUTE_MS, globalMs: 500 * MINUTE_MS, defaultResult: 'CONTINUE' },
    ]);
  });

  test.each([
    [undefined, HOUR_MS, 48 * HOUR_MS],
    [30, 30 * SECOND_MS, 50 * MINUTE_MS],
  ])('without the field, a heartbeat of %s s has the limits AWS documents', async (seconds, beat, whole) => {
    const bare = { LifecycleHookName: 'out', LifecycleTransition: OUT, HeartbeatTimeout: seconds };
    mock.on(DescribeLifecycleHooksCommand).resolves({ LifecycleHooks: [bare] });
    expect(await autoscaling.describeTerminateHooks('workers')).toEqual([
      { name: 'out', heartbeatMs: beat, globalMs: whole, defaultResult: 'ABANDON' },
    ]);
  });

  test('are held by instance id, without a token', async () => {
    mock.on(RecordLifecycleActionHeartbeatCommand).resolves({});
    await autoscaling.recordHeartbeat(ACTION);
    const [call] = mock.commandCalls(RecordLifecycleActionHeartbeatCommand);
    expect(call?.args[0].input).toEqual(SENT);
  });

  test('are let go by instance id with CONTINUE', async () => {
    mock.on(CompleteLifecycleActionCommand).resolves({});
    await autoscaling.completeAction(ACTION);
    const [call] = mock.commandCalls(CompleteLifecycleActionCommand);
    expect(call?.args[0].input).toEqual({ ...SENT, LifecycleActionResult: 'CONTINUE' });
  });

  test('that hold nothing any more are invalid, with the code, and a busy group is a conflict', async () => {
    mock.rejects(named('ValidationError'));
    const gone = { kind: 'invalid', code: 'ValidationError' };
    await expect(autoscaling.recordHeartbeat(ACTION)).rejects.toMatchObject({
      ...gone,
      operation: 'autoscaling:RecordLifecycleActionHeartbeat',
    });
    await expect(autoscaling.completeAction(ACTION)).rejects.toMatchObject({
      ...gone,
      operation: 'autoscaling:CompleteLifecycleAction',
    });
    mock.rejects(named('ResourceContentionFault'));
    await expect(autoscaling.completeAction(ACTION)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('a denial names the permission', async () => {
    mock.rejects(named('AccessDenied'));
    await expect(autoscaling.recordHeartbeat(ACTION)).rejects.toThrow(
      'missing permission autoscaling:RecordLifecycleActionHeartbeat',
    );
  });
});
