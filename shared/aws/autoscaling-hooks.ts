import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeLifecycleHooksCommand,
  type LifecycleHook,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import { HOUR_MS, SECOND_MS } from '../clock.ts';
import type { AutoScaling, LifecycleAction, TerminateHook } from '../ports/autoscaling.ts';
import { awsCall } from './classify.ts';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
/** What a hook has that was made without these fields. */
const HEARTBEAT_MS = HOUR_MS;
const MAX_GLOBAL_MS = 48 * HOUR_MS;
const MAX_HEARTBEATS = 100;

/** Terminate hooks: which there are, and how one holding an instance is told to go on waiting or to let go. */
export function hookCalls(
  client: () => AutoScalingClient,
): Pick<AutoScaling, 'describeTerminateHooks' | 'recordHeartbeat' | 'completeAction'> {
  return {
    describeTerminateHooks: async (group) => {
      const answer = await awsCall('autoscaling:DescribeLifecycleHooks', () =>
        client().send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group })),
      );
      return (answer.LifecycleHooks ?? [])
        .filter(({ LifecycleTransition }) => LifecycleTransition === TERMINATING)
        .map(toHook);
    },
    recordHeartbeat: async (action) => {
      await awsCall('autoscaling:RecordLifecycleActionHeartbeat', () =>
        client().send(new RecordLifecycleActionHeartbeatCommand(toAction(action))),
      );
    },
    completeAction: async (action) => {
      const input = { ...toAction(action), LifecycleActionResult: 'CONTINUE' };
      await awsCall('autoscaling:CompleteLifecycleAction', () =>
        client().send(new CompleteLifecycleActionCommand(input)),
      );
    },
  };
}

/** By instance id, never by token: the same call is right whichever of an action's events arrived. */
function toAction({ group, hook, instanceId }: LifecycleAction) {
  return { AutoScalingGroupName: group, LifecycleHookName: hook, InstanceId: instanceId };
}

function toHook(from: LifecycleHook): TerminateHook {
  const heartbeatMs = from.HeartbeatTimeout === undefined ? HEARTBEAT_MS : from.HeartbeatTimeout * SECOND_MS;
  const longest = Math.min(MAX_GLOBAL_MS, MAX_HEARTBEATS * heartbeatMs);
  return {
    name: from.LifecycleHookName ?? '',
    heartbeatMs,
    globalMs: from.GlobalTimeout === undefined ? longest : from.GlobalTimeout * SECOND_MS,
    defaultResult: from.DefaultResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
  };
}
