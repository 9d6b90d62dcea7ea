import { PortError } from '../shared/errors.ts';
import type { Ec2, Instance } from '../shared/ports/ec2.ts';
import { ROOT_DEVICE } from './ebs-places.ts';
import type { Gate } from './gate.ts';
import type { SimInstance } from './model.ts';
import type { World } from './world.ts';

/** EC2 of a simulated world. */
export function simulatedEc2(world: World, gate: Gate): Ec2 {
  const { fleet, network, ebs } = world;
  return {
    describeInstances: (ids) =>
      gate.call({ port: 'ec2', method: 'describeInstances', args: [ids] }, (asOf) => {
        refuseEmpty(ids, 'ec2:DescribeInstances');
        const instances = fleet.instances.asOf(asOf);
        return [...new Set(ids)].flatMap((id) => {
          const instance = instances.get(id);
          return instance !== undefined && fleet.machines.isShown(instance)
            ? [
                {
                  ...describe(instance),
                  ...placeOf(world, instance),
                  rootDevice: ROOT_DEVICE,
                  volumes: ebs.on(instance),
                },
              ]
            : [];
        });
      }),
    terminateInstances: (ids) =>
      gate.call({ port: 'ec2', method: 'terminateInstances', args: [ids] }, () => {
        refuseEmpty(ids, 'ec2:TerminateInstances');
        // As our adapter does: who is gone already keeps no neighbour from being terminated.
        for (const id of ids.filter((each) => fleet.instances.get(each) !== undefined))
          fleet.machines.terminate(id, 'Client.UserInitiatedShutdown');
      }),
    describeInstanceTypes: (types) =>
      gate.call({ port: 'ec2', method: 'describeInstanceTypes', args: [types] }, () => {
        refuseEmpty(types, 'ec2:DescribeInstanceTypes');
        return network.describeTypes(types);
      }),
    describeSubnets: (ids) =>
      gate.call({ port: 'ec2', method: 'describeSubnets', args: [ids] }, () => {
        refuseEmpty(ids, 'ec2:DescribeSubnets');
        const zones = new Set([...fleet.instances.values()].map(({ zone }) => zone));
        return network.describeSubnets(ids, zones);
      }),
  };
}

/** The real API takes an empty list for "all": here it is always a mistake. */
function refuseEmpty(ids: readonly string[], operation: string): void {
  if (ids.length > 0) return;
  throw new PortError('invalid', 'the list of ids is empty', { operation, code: 'MissingParameter' });
}

/** A terminated instance has no interface any more. */
function placeOf({ network }: World, { state, zone }: SimInstance): Pick<Instance, 'subnetId' | 'addresses'> {
  if (state === 'terminated') return {};
  return { subnetId: network.subnetOf(zone), addresses: network.addressesIn(zone) };
}

function describe(instance: SimInstance): Instance {
  const { id, state, stateReason, type, zone, lifecycle, launchedAt, managedBy, tags } = instance;
  return {
    id,
    state,
    type,
    zone,
    lifecycle,
    tags,
    ...(stateReason === undefined ? {} : { stateReason }),
    ...(launchedAt === undefined ? {} : { launchedAt }),
    ...(managedBy === undefined ? {} : { managedBy }),
    // EC2 forgets a terminated instance's addresses.
    ...(state === 'terminated' ? {} : { privateDnsName: instance.privateDnsName }),
  };
}
