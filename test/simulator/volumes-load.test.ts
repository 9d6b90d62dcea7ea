import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { DEFAULT_START } from '../../simulator/clock.ts';
import { type EbsBench, ebsBench } from './volumes-world.ts';

const MIB = 1_048_576;

/** The last minutes of a metric of the volume `data`, or of its instance. */
async function values(made: EbsBench, name: string, minutes = 3): Promise<number[]> {
  const { data, instance, series } = made;
  const isOfInstance = name.startsWith('Instance') || name.startsWith('EBS');
  const hasBoth = /Check$|^VolumeAvg/.test(name);
  const dimensions = isOfInstance
    ? { InstanceId: instance }
    : { VolumeId: data, ...(hasBoth && { InstanceId: instance }) };
  const metric = { namespace: isOfInstance ? 'AWS/EC2' : 'AWS/EBS', name, dimensions };
  const statistic = /Ops$|Bytes$/.test(name) ? 'Sum' : 'Maximum';
  return (await series(metric, statistic, minutes)).map(({ value }) => value);
}

async function checks(made: EbsBench): Promise<number[]> {
  const names = [
    'VolumeIOPSExceededCheck',
    'VolumeThroughputExceededCheck',
    'InstanceEBSIOPSExceededCheck',
    'InstanceEBSThroughputExceededCheck',
    'VolumeStalledIOCheck',
  ];
  const found = [];
  for (const name of names) found.push((await values(made, name, 1))[0] ?? Number.NaN);
  return found;
}

describe('the load of a volume', () => {
  test('uses no more IOPS than are provisioned, and says that it was asked for more', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 9_000, throughputMib: 90, readShare: 0.25 });
    expect(await values(made, 'VolumeReadOps')).toEqual([45_000, 45_000, 45_000]);
    expect(await values(made, 'VolumeWriteOps')).toEqual([135_000, 135_000, 135_000]);
    expect(await values(made, 'VolumeWriteBytes', 1)).toEqual([22.5 * MIB * 60]);
    expect(await values(made, 'VolumeAvgIOPS', 1)).toEqual([3_000]);
    expect(await checks(made)).toEqual([1, 0, 0, 0, 0]);
  });

  test('within what is provisioned exceeds nothing and hardly queues', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 1_000, throughputMib: 50 });
    expect(await values(made, 'VolumeReadOps', 1)).toEqual([30_000]);
    expect(await values(made, 'VolumeQueueLength', 1)).toEqual([1]);
    expect(await checks(made)).toEqual([0, 0, 0, 0, 0]);
  });

  test('of large I/Os is held up by throughput', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 1_000, throughputMib: 250 });
    expect(await values(made, 'VolumeAvgIOPS', 1)).toEqual([500]);
    expect(await values(made, 'VolumeAvgThroughput', 1)).toEqual([125 * 1_024]);
    expect(await checks(made)).toEqual([0, 1, 0, 0, 0]);
  });

  test('is there for the three hours before it was set, and no minute that is not over', async () => {
    const made = await ebsBench();
    await made.world.clock.advance(30_000);
    made.world.ebsLoad.set(made.data, { iops: 10, throughputMib: 1 });
    expect(await values(made, 'VolumeReadOps', 300)).toHaveLength(180 - 1);
    await made.world.clock.advance(2 * MINUTE_MS);
    expect(await values(made, 'VolumeReadOps', 2)).toHaveLength(2);
  });

  test('may change over time and be replaced', async () => {
    const made = await ebsBench();
    const { world, data } = made;
    const busyUntil = DEFAULT_START + 2 * MINUTE_MS;
    world.ebsLoad.set(data, (at) => ({ iops: at < busyUntil ? 600 : 60, throughputMib: 1 }));
    await world.clock.advance(4 * MINUTE_MS);
    expect(await values(made, 'VolumeReadOps', 4)).toEqual([18_000, 18_000, 1_800, 1_800]);
    world.ebsLoad.set(data, { iops: 6, throughputMib: 1 });
    await world.clock.advance(MINUTE_MS);
    expect(await values(made, 'VolumeReadOps', 2)).toEqual([1_800, 180]);
  });

  test('gets more from the minute in which a modification reaches optimizing', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 9_000, throughputMib: 90 });
    await made.modify(made.data, { type: 'gp3', iops: 10_000, throughputMib: 125 });
    await made.world.clock.advance(3 * MINUTE_MS);
    expect(await values(made, 'VolumeAvgIOPS')).toEqual([3_000, 9_000, 9_000]);
    expect(await values(made, 'VolumeIOPSExceededCheck')).toEqual([1, 0, 0]);
  });

  test('that is stalled completes nothing and waits', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 9_000, throughputMib: 90, stalled: true });
    expect(await values(made, 'VolumeReadOps', 1)).toEqual([0]);
    expect((await values(made, 'VolumeQueueLength', 1))[0]).toBeGreaterThan(1);
    expect(await checks(made)).toEqual([0, 0, 0, 0, 1]);
  });
});

describe('the instance', () => {
  test('that gives less than its volumes could is what is exceeded, and the volume is not', async () => {
    const made = await ebsBench({ type: 'm6i.large' });
    made.world.ebs.shape(made.data, { iops: 16_000, throughputMib: 1_000 });
    // Longer ago than the half hour in which it may burst.
    made.world.ebsLoad.set(made.data, { iops: 20_000, throughputMib: 20 });
    expect((await values(made, 'VolumeAvgIOPS', 1))[0]).toBeCloseTo(3_600);
    expect(await checks(made)).toEqual([0, 0, 1, 0, 0]);
  });

  test('bursts until its balance is used up', async () => {
    const made = await ebsBench({ type: 'm6i.large' });
    const { world, data } = made;
    world.ebs.shape(data, { iops: 16_000, throughputMib: 1_000 });
    world.ebsLoad.set(data, { iops: 16_000, throughputMib: 16 }, DEFAULT_START);
    await world.clock.advance(3 * HOUR_MS);
    const balance = await values(made, 'EBSIOBalance%', 180);
    expect(balance).toHaveLength(36);
    expect(balance[0]).toBeGreaterThan(98);
    expect(balance.at(-1)).toBe(0);
    const used = await values(made, 'VolumeAvgIOPS', 180);
    expect(used[0]).toBe(16_000);
    expect(used.at(-1)).toBeCloseTo(3_600);
  });

  test('shares its limit among its volumes by what they want', async () => {
    const made = await ebsBench({ type: 'm6i.large' });
    made.world.ebsLoad.set(made.data, { iops: 3_000, throughputMib: 3 });
    made.world.ebsLoad.set(made.root, { iops: 1_500, throughputMib: 1 });
    await made.world.clock.advance(72 * HOUR_MS);
    expect((await values(made, 'VolumeAvgIOPS', 1))[0]).toBeCloseTo(2_400);
    expect((await values(made, 'EBSReadOps', 1))[0]).toBeCloseTo((3_600 / 2) * 60);
  });
});

describe('gp2', () => {
  test('bursts to 3,000 IOPS until its credits are used up, and has its balance told', async () => {
    const made = await ebsBench();
    const { world, data } = made;
    world.ebs.shape(data, { type: 'gp2', iops: 300, throughputMib: 128 });
    world.ebsLoad.set(data, { iops: 3_000, throughputMib: 30 }, world.clock.now());
    await world.clock.advance(HOUR_MS);
    const used = await values(made, 'VolumeAvgIOPS', 60);
    // 5.4 million credits less 2,700 a second.
    expect(used.filter((iops) => iops === 3_000)).toHaveLength(33);
    expect(used.at(-1)).toBe(300);
    expect((await values(made, 'BurstBalance', 60)).at(-1)).toBe(0);
    expect((await values(made, 'VolumeIOPSExceededCheck', 60)).at(-1)).toBe(1);
  });

  test('of a TiB and more has no balance, nor has gp3', async () => {
    const made = await ebsBench();
    made.world.ebsLoad.set(made.data, { iops: 10, throughputMib: 1 });
    expect(await values(made, 'BurstBalance')).toEqual([]);
    made.world.ebs.shape(made.data, { type: 'gp2', sizeGib: 1_000, iops: 3_000, throughputMib: 250 });
    await made.world.clock.advance(2 * MINUTE_MS);
    expect(await values(made, 'BurstBalance', 2)).toEqual([]);
  });
});
