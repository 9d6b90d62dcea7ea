import { isFailure } from '../errors.ts';
import type { Ec2, Instance, InstanceState } from '../ports/ec2.ts';
import { awsCall } from './classify.ts';
import { volumesOf } from './ec2-ebs.ts';
import { heldBy, toInstanceType, toSubnet } from './ec2-network.ts';
import type { Ec2Instance, Ec2Operations } from './ec2-ops.ts';
import { chunks } from './paging.ts';

/** Values one filter takes. */
const FILTER_VALUES = 200;
/** AWS advises small batches; one bad id fails its whole batch. */
const TERMINATE_BATCH = 50;

const STATES: ReadonlySet<string> = new Set<InstanceState>([
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
]);
const LIFECYCLES: ReadonlySet<string> = new Set<Instance['lifecycle']>([
  'spot',
  'scheduled',
  'capacity-block',
  'interruptible-capacity-reservation',
]);

export function ec2Adapter(load: () => Promise<Ec2Operations>): Ec2 {
  return {
    describeInstances: async (ids) => {
      const ec2 = await load();
      const found: Instance[] = [];
      for (const chunk of chunks([...new Set(ids)], FILTER_VALUES)) {
        const instances = await awsCall('ec2:DescribeInstances', () => ec2.describeInstances(chunk));
        found.push(...instances.map(toInstance).filter((instance) => instance !== undefined));
      }
      return found;
    },
    terminateInstances: async (ids) => {
      const ec2 = await load();
      for (const chunk of chunks([...new Set(ids)], TERMINATE_BATCH)) await terminate(ec2, chunk);
    },
    describeInstanceTypes: async (types) => {
      const ec2 = await load();
      const operation = 'ec2:DescribeInstanceTypes';
      const asked = (chunk: string[]) => awsCall(operation, () => ec2.describeInstanceTypes(chunk));
      return (await inChunks(types, asked)).flatMap(toInstanceType);
    },
    describeSubnets: async (ids) => {
      const ec2 = await load();
      const asked = (chunk: string[]) => awsCall('ec2:DescribeSubnets', () => ec2.describeSubnets(chunk));
      return (await inChunks(ids, asked)).flatMap(toSubnet);
    },
  };
}

async function inChunks<T>(names: readonly string[], ask: (chunk: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (const chunk of chunks([...new Set(names)], FILTER_VALUES)) found.push(...(await ask(chunk)));
  return found;
}

/** An instance that is gone is done; its batch is sent again one by one because EC2 refused all of it. */
async function terminate(ec2: Ec2Operations, ids: string[]): Promise<void> {
  try {
    await awsCall('ec2:TerminateInstances', () => ec2.terminateInstances(ids));
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    if (ids.length === 1) return;
    for (const id of ids) await terminate(ec2, [id]);
  }
}

function toInstance(from: Ec2Instance): Instance | undefined {
  if (from.InstanceId === undefined) return undefined;
  const instance: Instance = {
    id: from.InstanceId,
    state: stateOf(from.State?.Name),
    type: from.InstanceType ?? '',
    zone: from.Placement?.AvailabilityZone ?? '',
    lifecycle: lifecycleOf(from.InstanceLifecycle),
    tags: Object.fromEntries((from.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
  // Until EC2 has a reason to give, its code may be there and empty.
  if (from.StateReason?.Code) instance.stateReason = from.StateReason.Code;
  if (from.LaunchTime !== undefined) instance.launchedAt = from.LaunchTime.getTime();
  if (from.HibernationOptions?.Configured === true) instance.hibernates = true;
  // EC2 gives an empty name once an instance is terminated.
  if (from.PrivateDnsName) instance.privateDnsName = from.PrivateDnsName;
  if (from.SubnetId) instance.subnetId = from.SubnetId;
  const addresses = heldBy(from);
  if (addresses !== undefined) instance.addresses = addresses;
  if (from.RootDeviceName) instance.rootDevice = from.RootDeviceName;
  const volumes = volumesOf(from);
  if (volumes !== undefined) instance.volumes = volumes;
  if (from.Operator?.Managed === true) instance.managedBy = from.Operator.Principal ?? 'unknown';
  return instance;
}

function stateOf(name: string | undefined): InstanceState {
  return name !== undefined && STATES.has(name) ? (name as InstanceState) : 'unknown';
}

/** EC2 leaves the field out for on-demand instances. */
function lifecycleOf(name: string | undefined): Instance['lifecycle'] {
  return name !== undefined && LIFECYCLES.has(name) ? (name as Instance['lifecycle']) : 'on-demand';
}
