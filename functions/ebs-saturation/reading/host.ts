import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../../shared/fact.ts';
import type { Instance, InstanceType } from '../../../shared/ports/ec2.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { AttachedVolume } from '../attached.ts';
import type { Figures } from '../limits/performance.ts';
import type { InstanceCeiling, Performance } from '../volume.ts';
import { readAttached } from './attached.ts';
import type { SubjectFacts } from './subject.ts';

/** The instance a volume hangs at, and what else hangs there. */
export interface HostFacts {
  /** Null: it is attached to none, or to several. */
  instance: Fact<Instance | null>;
  ceiling: Fact<InstanceCeiling>;
  /** Its other volumes, each with what it uses. */
  siblings: Fact<AttachedVolume[]>;
  /** What its other volumes are provisioned for, and what all of them together use at the most. */
  others: Fact<Performance[]>;
  othersUse: Fact<Figures>;
  isRoot: Fact<boolean>;
}

type Reading = Pick<Ports, 'ec2' | 'volumes' | 'usage'> & { at: EpochMs };

const NONE = 'it is attached to no one instance';

/** One call each of DescribeInstances, DescribeInstanceTypes, DescribeVolumes and GetMetricData; of what was read, none. */
export async function readHost(reading: Reading, { volume, attached }: SubjectFacts): Promise<HostFacts> {
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
  const siblings = await follow(host, 'EC2 DescribeVolumes', async (found) => {
    const own = volume.known ? volume.value.id : '';
    const all = attached?.known === true ? attached.value : await siblingsOf(reading, found, own);
    return all.filter(({ id }) => id !== own);
  });
  return {
    instance,
    ceiling: type.known ? known(ceilingOf(type.value), type.source, at) : type,
    siblings,
    others: await follow(siblings, 'EC2 DescribeVolumes', async (all) => all.map(performanceOf)),
    othersUse: await follow(siblings, 'CloudWatch', async (all) => useOf(all)),
    isRoot,
  };
}

async function siblingsOf(
  reading: Reading,
  { id, volumes }: Instance,
  own: string,
): Promise<AttachedVolume[]> {
  if (volumes === undefined) throw new Error('EC2 names no volumes of the instance');
  const ids = volumes.map((each) => each.id).filter((each) => each !== own);
  return (await readAttached(reading, { instanceId: id, ids })).attached;
}

/** One that cannot be told makes the sum unknown. */
function performanceOf({ id, performance }: AttachedVolume): Performance {
  if (performance === null) throw new Error(`what ${id} is provisioned for is not known`);
  return performance;
}

/** One that was not measured counts with all it is provisioned for. */
function useOf(siblings: readonly AttachedVolume[]): Figures {
  const each = siblings.map((volume): Figures => {
    const { use } = volume;
    if (!use.known) throw new Error(`what ${volume.id} uses is not known: ${use.why}`);
    return use.value.most ?? performanceOf(volume);
  });
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
