import { PortError } from '../shared/errors.ts';
import type { AutoScaling, Group, GroupMember } from '../shared/ports/autoscaling.ts';
import type { Gate } from './gate.ts';
import { type Groups, maxOf, minOf, type SimGroup } from './groups.ts';
import { describeHook } from './hooks.ts';
import type { Scaling } from './scaling.ts';
import type { World } from './world.ts';

/** Auto Scaling of a simulated world. */
export function simulatedAutoScaling(world: World, gate: Gate): AutoScaling {
  const { scaling } = world.fleet;
  const { groups } = scaling;
  const request = (method: string, ...args: unknown[]) => ({ port: 'autoscaling' as const, method, args });
  return {
    describeInstances: (ids) =>
      gate.call(request('describeInstances', ids), () => {
        if (ids.length === 0) throw invalid('autoscaling:DescribeAutoScalingInstances', 'no instance ids');
        return membersOf(groups, ids);
      }),
    describeGroup: (name) =>
      gate.call(request('describeGroup', name), () => {
        const group = groups.named(name);
        if (group === undefined) throw noGroup(name);
        return describe(name, group);
      }),
    describeTerminateHooks: (name) =>
      gate.call(request('describeTerminateHooks', name), () =>
        existing(groups, name, 'autoscaling:DescribeLifecycleHooks').hooks.map(describeHook),
      ),
    describeActivities: (name) =>
      gate.call(request('describeActivities', name), () =>
        existing(groups, name, 'autoscaling:DescribeScalingActivities').activities.newest(),
      ),
    isRefreshing: (name) =>
      gate.call(
        request('isRefreshing', name),
        () => existing(groups, name, 'autoscaling:DescribeInstanceRefreshes').spec.refreshing,
      ),
    ...changes(scaling, gate),
  };
}

function membersOf(groups: Groups, ids: readonly string[]): GroupMember[] {
  return [...new Set(ids)].flatMap((instanceId) => {
    const group = groups.of(instanceId);
    const member = group?.members.get(instanceId);
    if (group?.asg === undefined || member === undefined) return [];
    return [{ instanceId, group: group.asg, lifecycleState: member.lifecycleState }];
  });
}

type Changes = Pick<
  AutoScaling,
  'detachInstance' | 'recordHeartbeat' | 'completeAction' | 'setDesiredCapacity' | 'terminateInGroup'
>;

function changes(scaling: Scaling, gate: Gate): Changes {
  const request = (method: string, ...args: unknown[]) => ({ port: 'autoscaling' as const, method, args });
  return {
    detachInstance: (group, instanceId) =>
      gate.call(request('detachInstance', group, instanceId), () => scaling.detach(group, instanceId)),
    recordHeartbeat: (action) =>
      gate.call(request('recordHeartbeat', action), () => scaling.hooks.heartbeat(action)),
    completeAction: (action) =>
      gate.call(request('completeAction', action), () => scaling.hooks.complete(action)),
    setDesiredCapacity: (group, desired) =>
      gate.call(request('setDesiredCapacity', group, desired), () => scaling.setDesired(group, desired)),
    terminateInGroup: (instanceId) =>
      gate.call(request('terminateInGroup', instanceId), () => scaling.terminateInGroup(instanceId)),
  };
}

function noGroup(name: string): PortError {
  const details = { operation: 'autoscaling:DescribeAutoScalingGroups' };
  return new PortError('not-found', `no Auto Scaling group ${name}`, details);
}

function existing(groups: Groups, name: string, operation: string): SimGroup {
  const group = groups.named(name);
  if (group === undefined) throw invalid(operation, `no Auto Scaling group ${name}`);
  return group;
}

function describe(name: string, group: SimGroup): Group {
  const { spec, desired, members } = group;
  return {
    name,
    desired,
    min: minOf(group),
    max: maxOf(group),
    capacityRebalance: spec.capacityRebalance,
    tags: groupTags(group),
    instances: [...members].map(([id, { lifecycleState }]) => ({ id, lifecycleState })),
  };
}

function groupTags({ cluster, spec }: SimGroup): Record<string, string> {
  const managed: Record<string, string> =
    spec.kind === 'managed' ? { 'eks:cluster-name': cluster, 'eks:nodegroup-name': spec.name } : {};
  return { ...spec.tags, ...managed, [`kubernetes.io/cluster/${cluster}`]: 'owned' };
}

function invalid(operation: string, message: string): PortError {
  return new PortError('invalid', message, { operation, code: 'ValidationError' });
}
