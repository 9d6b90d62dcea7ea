import {
  type AutoScalingClient,
  type AutoScalingGroup,
  type AutoScalingInstanceDetails,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  DetachInstancesCommand,
} from '@aws-sdk/client-auto-scaling';
import { PortError } from '../errors.ts';
import type { AutoScaling, Group, GroupMember } from '../ports/autoscaling.ts';
import { awsCall } from './classify.ts';
import { allPages, chunks } from './paging.ts';

/** The most DescribeAutoScalingInstances takes, as ids and as a page. */
const MAX_IDS = 50;
const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';

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
    describeTerminateHooks: async (group) => {
      const answer = await awsCall('autoscaling:DescribeLifecycleHooks', () =>
        client().send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group })),
      );
      return (answer.LifecycleHooks ?? [])
        .filter(({ LifecycleTransition }) => LifecycleTransition === TERMINATING)
        .map(({ LifecycleHookName }) => LifecycleHookName ?? '');
    },
    detachInstance: async (group, instanceId) => {
      await awsCall('autoscaling:DetachInstances', () =>
        client().send(
          new DetachInstancesCommand({
            AutoScalingGroupName: group,
            InstanceIds: [instanceId],
            ShouldDecrementDesiredCapacity: false,
          }),
        ),
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
