import { PortError } from '../shared/errors.ts';
import type { AutoScaling, Group } from '../shared/ports/autoscaling.ts';
import type { SimGroup } from './fleet.ts';
import type { Gate } from './gate.ts';
import type { World } from './world.ts';

/** Auto Scaling of a simulated world. */
export function simulatedAutoScaling(world: World, gate: Gate): AutoScaling {
  const { fleet } = world;
  const request = (method: string, ...args: unknown[]) => ({ port: 'autoscaling' as const, method, args });
  return {
    describeInstances: (ids) =>
      gate.call(request('describeInstances', ids), () => {
        if (ids.length === 0) throw invalid('autoscaling:DescribeAutoScalingInstances', 'no instance ids');
        return [...new Set(ids)].flatMap((instanceId) => {
          const group = fleet.groupOf(instanceId);
          const lifecycleState = group?.members.get(instanceId);
          if (group?.asg === undefined || lifecycleState === undefined) return [];
          return [{ instanceId, group: group.asg, lifecycleState }];
        });
      }),
    describeGroup: (name) =>
      gate.call(request('describeGroup', name), () => {
        const group = fleet.groupNamed(name);
        if (group !== undefined) return describe(name, group);
        const details = { operation: 'autoscaling:DescribeAutoScalingGroups' };
        throw new PortError('not-found', `no Auto Scaling group ${name}`, details);
      }),
    describeTerminateHooks: (name) =>
      gate.call(request('describeTerminateHooks', name), () => {
        const group = fleet.groupNamed(name);
        if (group === undefined) throw invalid('autoscaling:DescribeLifecycleHooks', `no group ${name}`);
        return [...group.spec.terminateHooks];
      }),
    detachInstance: (group, instanceId) =>
      gate.call(request('detachInstance', group, instanceId), () => fleet.detach(group, instanceId)),
  };
}

function describe(name: string, group: SimGroup): Group {
  const { spec, desired, members } = group;
  return {
    name,
    desired,
    min: spec.min ?? 0,
    max: spec.max ?? desired * 2,
    capacityRebalance: spec.capacityRebalance,
    tags: { ...spec.tags, [`kubernetes.io/cluster/${group.cluster}`]: 'owned' },
    instances: [...members].map(([id, lifecycleState]) => ({ id, lifecycleState })),
  };
}

function invalid(operation: string, message: string): PortError {
  return new PortError('invalid', message, { operation, code: 'ValidationError' });
}
