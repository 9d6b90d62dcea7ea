import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../../shared/fact.ts';
import type { Instance, InstanceType } from '../../../shared/ports/ec2.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';
import type { Figures } from '../limits/performance.ts';
import { provisionedFor } from '../performance.ts';
import type { InstanceCeiling, Performance } from '../volume.ts';
import { readUse } from './neighbours-use.ts';

/** The instance a volume hangs at, and what else hangs there. */
export interface HostFacts {
  /** Null: it is attached to none, or to several. */
  instance: Fact<Instance | null>;
  ceiling: Fact<InstanceCeiling>;
  /** What its other volumes are provisioned for, and what all of them together use at the most. */
  others: Fact<Performance[]>;
  othersUse: Fact<Figures>;
  isRoot: Fact<boolean>;
}

type Reading = Pick<Ports, 'ec2' | 'volumes' | 'usage'> & { at: EpochMs };

interface Other {
  id: string;
  performance: Performance;
}

const NONE = 'it is attached to no one instance';

/** One call each of DescribeInstances, DescribeInstanceTypes, DescribeVolumes and GetMetricData. */
export async function readHost(reading: Reading, volume: Fact<Volume>): Promise<HostFacts> {
  const { ec2, at } = reading;
  const instance = await follow(volume, 'EC2 DescribeInstances', async ({ attachments }) => {
    const [place, ...more] = attachments;
    if (place === undefined || more.length > 0) return null;
    const [found] = await ec2.describeInstances([place.instanceId]);
    if (found === undefined) throw new Error(`EC2 does not return ${place.instanceId}`);
    return found;
  });
  const host = present(instance, at);
  const type = await follow(host, 'EC2 DescribeInstanceTypes', async (found) => {
    const [described] = await ec2.describeInstanceTypes([found.type]);
    if (described === undefined) throw new Error(`EC2 does not describe ${found.type}`);
    return described;
  });
  const isRoot = await follow(host, 'EC2 DescribeInstances', async ({ rootDevice }) => {
    const device = volume.known ? volume.value.attachments[0]?.device : undefined;
    if (rootDevice === undefined || device === undefined) throw new Error('no root device is named');
    return device === rootDevice;
  });
  const others = await follow(host, 'EC2 DescribeVolumes', (found) => othersOf(reading, found, volume));
  return {
    instance,
    ceiling: type.known ? known(ceilingOf(type.value), type.source, at) : type,
    others: others.known
      ? known(
          others.value.map(({ performance }) => performance),
          others.source,
          at,
        )
      : others,
    othersUse: await follow(others, 'CloudWatch', (all) => useOf(reading, all)),
    isRoot,
  };
}

/** One that was not measured counts with all it is provisioned for. */
async function useOf({ usage, at }: Reading, others: readonly Other[]): Promise<Figures> {
  const used = await readUse(
    usage,
    others.map(({ id }) => id),
    at,
  );
  const each = others.map(({ id, performance }) => used.get(id) ?? performance);
  const sum = (figure: keyof Figures) => each.reduce((total, figures) => total + figures[figure], 0);
  return { iops: sum('iops'), throughputMib: sum('throughputMib') };
}

/** A read that rests on another one. */
export async function follow<S, T>(
  from: Fact<S>,
  source: string,
  read: (value: S) => Promise<T>,
): Promise<Fact<T>> {
  return from.known ? await readFact(source, from.at, () => read(from.value)) : { ...from, source };
}

function present(instance: Fact<Instance | null>, at: EpochMs): Fact<Instance> {
  if (!instance.known) return instance;
  return instance.value === null
    ? unknown(NONE, instance.source, at)
    : known(instance.value, instance.source, at);
}

function ceilingOf({ type, ebs, hypervisor, bareMetal }: InstanceType): InstanceCeiling {
  return { instanceType: type, nitro: hypervisor === 'nitro' || bareMetal, ...ebs };
}

/** What the other volumes are provisioned for; one that cannot be told makes the sum unknown. */
async function othersOf({ volumes }: Reading, instance: Instance, volume: Fact<Volume>): Promise<Other[]> {
  const own = volume.known ? volume.value.id : '';
  if (instance.volumes === undefined) throw new Error('EC2 names no volumes of the instance');
  const [first, ...rest] = instance.volumes.map(({ id }) => id).filter((id) => id !== own);
  if (first === undefined) return [];
  const found = await volumes.describeVolumes([first, ...rest]);
  if (found.length < rest.length + 1) throw new Error('EC2 does not return every volume of the instance');
  return found.map((each) => {
    const performance = provisionedFor(each);
    if (performance === undefined) throw new Error(`what ${each.id} is provisioned for is not known`);
    return { id: each.id, performance };
  });
}
