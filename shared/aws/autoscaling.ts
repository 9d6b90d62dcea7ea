import {
  AutoScalingClient,
  type AutoScalingClientConfig,
  type AutoScalingGroup,
  type AutoScalingInstanceDetails,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DetachInstancesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { PortError } from '../errors.ts';
import type { AutoScaling, Group, GroupMember } from '../ports/autoscaling.ts';
import { historyCalls } from './autoscaling-history.ts';
import { hookCalls } from './autoscaling-hooks.ts';
import { awsCall } from './classify.ts';
import { lazy } from './lazy.ts';
import { allPages, chunks } from './paging.ts';

/** The most DescribeAutoScalingInstances takes, as ids and as a page. */
const MAX_IDS = 50;

export function autoScalingPort(config: AutoScalingClientConfig): AutoScaling {
  return autoScalingAdapter(lazy(() => new AutoScalingClient(config)));
}

export function autoScalingAdapter(client: () => AutoScalingClient): AutoScaling {
  return {
    describeInstances: async (ids) => {
      const members: GroupMember[] = [];
      for (const chunk of chunks([...new Set(ids)], MAX_IDS)) {
        members.push(...(await describeChunk(client(), chunk)));
      }
      return members;
    },
    describeGroup: (name) => describeGroup(client(), name),
    ...hookCalls(client),
    ...historyCalls(client),
    ...changeCalls(client),
  };
}

function changeCalls(
  client: () => AutoScalingClient,
): Pick<AutoScaling, 'detachInstance' | 'setDesiredCapacity' | 'terminateInGroup'> {
  return {
    detachInstance: async (group, instanceId) => {
      const input = {
        AutoScalingGroupName: group,
        InstanceIds: [instanceId],
        ShouldDecrementDesiredCapacity: false,
      };
      await awsCall('autoscaling:DetachInstances', () => client().send(new DetachInstancesCommand(input)));
    },
    setDesiredCapacity: async (group, desired) => {
      const input = { AutoScalingGroupName: group, DesiredCapacity: desired, HonorCooldown: false };
      await awsCall('autoscaling:SetDesiredCapacity', () =>
        client().send(new SetDesiredCapacityCommand(input)),
      );
    },
    terminateInGroup: async (instanceId) => {
      const input = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: true };
      await awsCall('autoscaling:TerminateInstanceInAutoScalingGroup', () =>
        client().send(new TerminateInstanceInAutoScalingGroupCommand(input)),
      );
    },
  };
}

function describeChunk(client: AutoScalingClient, ids: string[]): Promise<GroupMember[]> {
  return allPages<GroupMember, string>(async (cursor) => {
    const answer = await awsCall('autoscaling:DescribeAutoScalingInstances', () =>
      client.send(
        new DescribeAutoScalingInstancesCommand({
          InstanceIds: ids,
          MaxRecords: MAX_IDS,
          NextToken: cursor,
        }),
      ),
    );
    return { items: (answer.AutoScalingInstances ?? []).map(toMember), next: answer.NextToken };
  });
}

function toMember(from: AutoScalingInstanceDetails): GroupMember {
  return {
    instanceId: from.InstanceId ?? '',
    group: from.AutoScalingGroupName ?? '',
    lifecycleState: from.LifecycleState ?? '',
  };
}

async function describeGroup(client: AutoScalingClient, name: string): Promise<Group> {
  const operation = 'autoscaling:DescribeAutoScalingGroups';
  const groups = await allPages<AutoScalingGroup, string>(async (cursor) => {
    const command = new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [name],
      NextToken: cursor,
    });
    const answer = await awsCall(operation, () => client.send(command));
    return { items: answer.AutoScalingGroups ?? [], next: answer.NextToken };
  });
  const group = groups.find(({ AutoScalingGroupName }) => AutoScalingGroupName === name);
  // The API answers with an empty list instead of an error.
  if (group === undefined) throw new PortError('not-found', `no Auto Scaling group ${name}`, { operation });
  return toGroup(name, group);
}

function toGroup(name: string, from: AutoScalingGroup): Group {
  return {
    name,
    desired: from.DesiredCapacity ?? 0,
    min: from.MinSize ?? 0,
    max: from.MaxSize ?? 0,
    capacityRebalance: from.CapacityRebalance ?? false,
    tags: Object.fromEntries((from.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    instances: (from.Instances ?? []).map(({ InstanceId, LifecycleState }) => ({
      id: InstanceId ?? '',
      lifecycleState: LifecycleState ?? '',
    })),
  };
}
