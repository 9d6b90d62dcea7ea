import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { VOLUME_COURSES } from '../../simulator/ebs-courses.ts';
import { outcome } from './harness.ts';
import { ebsBench, GP3_FAST } from './volumes-world.ts';

describe('volumes of a world', () => {
  test('a node has a root volume, and the volume of its pod with the tags of the CSI driver', async () => {
    const { root, data, instance, volume, ports, run } = await ebsBench();
    const [described] = await run(ports.ec2.describeInstances([instance]));
    expect(described).toMatchObject({
      rootDevice: '/dev/xvda',
      volumes: [
        { id: root, device: '/dev/xvda' },
        { id: data, device: '/dev/xvdaa' },
      ],
    });
    const attachments = [{ instanceId: instance, device: '/dev/xvdaa', state: 'attached' }];
    const tags = {
      'kubernetes.io/cluster/demo': 'owned',
      'kubernetes.io/created-for/pvc/name': 'data-db-0',
      'kubernetes.io/created-for/pvc/namespace': 'default',
    };
    expect(await volume(data)).toMatchObject({ type: 'gp3', sizeGib: 100, iops: 3_000, attachments, tags });
    expect(await volume(root)).toMatchObject({
      attachments: [{ instanceId: instance, device: '/dev/xvda' }],
    });
  });

  test('a terminated instance takes its root volume along and leaves the pod’s', async () => {
    const { root, data, world, ports, run } = await ebsBench();
    world.terminate('workers/0');
    await world.clock.advance(MINUTE_MS);
    const found = await run(ports.volumes.describeVolumes([root, data]));
    expect(found.map(({ id }) => id)).toEqual([data]);
  });

  test('of 45 nodes every root volume is found, over several pages, and an unknown id is missing', async () => {
    const workers = { name: 'workers', kind: 'self-managed' as const, count: 45 };
    const { world, ports, run, root } = await ebsBench({ groups: [workers], workloads: [] });
    const ids = world.nodes().flatMap((node) => world.ebs.on(world.instance(node.id)).map(({ id }) => id));
    const found = await run(ports.volumes.describeVolumes([root, 'vol-0123456789abcdef0', ...ids]));
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids));
    expect(ids).toHaveLength(45);
  });
});

describe('a modification', () => {
  test('goes from modifying over optimizing, when it takes effect, to completed, and EC2 tells of each', async () => {
    const { data, world, modify, modification, volume, told } = await ebsBench();
    expect(await modification(data)).toBeUndefined();
    expect(await modify(data)).toMatchObject({ state: 'modifying', progress: 0, to: { iops: 6_000 } });
    expect(await volume(data)).toMatchObject({ iops: 3_000, throughputMib: 125 });
    await world.clock.advance(10 * MINUTE_MS);
    expect(await modification(data)).toMatchObject({
      state: 'optimizing',
      progress: 47,
      from: { iops: 3_000 },
    });
    expect(await volume(data)).toMatchObject({ iops: 6_000, throughputMib: 250, sizeGib: 100 });
    expect(told()).toEqual(['optimizing']);
    await world.clock.advance(11 * MINUTE_MS);
    const { startedAt, endedAt = 0, ...done } = (await modification(data)) ?? { startedAt: 0 };
    expect(done).toMatchObject({ state: 'completed', progress: 100 });
    expect(endedAt - startedAt).toBe(20.5 * MINUTE_MS);
    expect(told()).toEqual(['optimizing', 'completed']);
  });

  test('that fails leaves the volume as it was and says why', async () => {
    const { data, world, modify, modification, volume, told } = await ebsBench();
    world.ebs.follow(data, VOLUME_COURSES.failed);
    await modify(data);
    await world.clock.advance(2 * MINUTE_MS);
    const { statusMessage } = VOLUME_COURSES.failed;
    expect(await modification(data)).toMatchObject({ state: 'failed', statusMessage });
    expect(await volume(data)).toMatchObject({ iops: 3_000 });
    expect(told()).toEqual(['failed']);
  });

  test('is refused while another runs, for six hours where that is slow', async () => {
    const { data, root, world, modify } = await ebsBench();
    world.ebs.follow(data, VOLUME_COURSES.slow);
    await modify(data);
    const refused = { kind: 'conflict', code: 'IncorrectModificationState' };
    for (const ms of [0, MINUTE_MS, 6 * HOUR_MS]) {
      await world.clock.advance(ms);
      await expect(modify(data)).rejects.toMatchObject(refused);
    }
    expect(await outcome(modify(root))).toBe('ok');
    await world.clock.advance(4 * MINUTE_MS);
    expect(await outcome(modify(data, { ...GP3_FAST, iops: 7_000 }))).toBe('ok');
  });

  test('is taken four times in any 24 hours, refused ones not counted', async () => {
    const { data, world, modify } = await ebsBench();
    for (const iops of [4_000, 5_000, 6_000, 7_000]) {
      await modify(data, { ...GP3_FAST, iops });
      await outcome(modify(data));
      await world.clock.advance(HOUR_MS);
    }
    const refused = { kind: 'conflict', code: 'VolumeModificationRateExceeded' };
    await expect(modify(data)).rejects.toMatchObject(refused);
    await world.clock.advance(DAY_MS - 4 * HOUR_MS - MINUTE_MS);
    await expect(modify(data)).rejects.toMatchObject(refused);
    await world.clock.advance(MINUTE_MS);
    expect(await outcome(modify(data))).toBe('ok');
    await world.clock.advance(30 * MINUTE_MS);
    await expect(modify(data)).rejects.toMatchObject(refused);
  });

  test('beyond the account’s quota of storage under modification is refused', async () => {
    const { data, root, world, modify } = await ebsBench();
    world.ebs.modifiableGib = 110;
    await modify(data);
    const refused = { kind: 'invalid', code: 'VolumeModificationSizeLimitExceeded' };
    await expect(modify(root)).rejects.toMatchObject(refused);
    await world.clock.advance(HOUR_MS);
    expect(await outcome(modify(root))).toBe('ok');
  });

  test('of a volume that is not there is not-found', async () => {
    const { modify } = await ebsBench();
    const missing = { kind: 'not-found', code: 'InvalidVolume.NotFound' };
    await expect(modify('vol-0123456789abcdef0')).rejects.toMatchObject(missing);
  });

  test('can be made to fail with any code of EC2, once', async () => {
    const { data, world, modify } = await ebsBench();
    world.ebs.refuseNext(data, 'MaxIOPSLimitExceeded');
    await expect(modify(data)).rejects.toMatchObject({ kind: 'invalid', code: 'MaxIOPSLimitExceeded' });
    expect(await outcome(modify(data))).toBe('ok');
  });
});

describe('what EC2 takes', () => {
  const tib = 65_536;
  const cases: [string, object, Parameters<Awaited<ReturnType<typeof ebsBench>>['modify']>[1], string][] = [
    ['80,000 IOPS and 2,000 MiB/s of 64 TiB', { sizeGib: tib }, gp3(80_000, 2_000), 'ok'],
    ['80,001 IOPS', { sizeGib: tib }, gp3(80_001, 2_000), 'InvalidParameterValue'],
    ['2,001 MiB/s', { sizeGib: tib }, gp3(80_000, 2_001), 'InvalidParameterValue'],
    ['2,999 IOPS', {}, gp3(2_999, 125), 'InvalidParameterValue'],
    ['124 MiB/s', {}, gp3(3_000, 124), 'InvalidParameterValue'],
    ['500 IOPS for each GiB', { sizeGib: 160 }, gp3(80_000, 125), 'ok'],
    ['more than 500 IOPS for each GiB', { sizeGib: 159 }, gp3(80_000, 125), 'InvalidParameterCombination'],
    ['3,000 IOPS of a single GiB', { sizeGib: 1 }, gp3(3_000, 125), 'ok'],
    ['0.25 MiB/s for each IOPS', {}, gp3(8_000, 2_000), 'ok'],
    ['more than 0.25 MiB/s for each IOPS', {}, gp3(7_999, 2_000), 'InvalidParameterCombination'],
    ['256,000 IOPS of io2', { sizeGib: 256 }, { type: 'io2', iops: 256_000 }, 'ok'],
    [
      'more than 1,000 IOPS for each GiB of io2',
      {},
      { type: 'io2', iops: 100_001 },
      'InvalidParameterCombination',
    ],
    ['50 IOPS for each GiB of io1', {}, { type: 'io1', iops: 5_000 }, 'ok'],
    ['64,001 IOPS of io1', { sizeGib: 16_384 }, { type: 'io1', iops: 64_001 }, 'InvalidParameterValue'],
    [
      'throughput of io2',
      {},
      { type: 'io2', iops: 5_000, throughputMib: 500 },
      'InvalidParameterCombination',
    ],
    ['io2 without IOPS', {}, { type: 'io2' }, 'MissingParameter'],
    ['IOPS of gp2', {}, { type: 'gp2', iops: 5_000 }, 'InvalidParameterCombination'],
    ['gp2 of 64 TiB', { sizeGib: tib }, { type: 'gp2' }, 'InvalidParameterValue'],
    ['st1 of 100 GiB', {}, { type: 'st1' }, 'InvalidParameterValue'],
    ['a type that EC2 does not have', {}, { type: 'gp4' }, 'UnknownVolumeType'],
    [
      'gp3 with Multi-Attach',
      { type: 'io2', iops: 5_000, multiAttach: true },
      gp3(3_000, 125),
      'InvalidParameterCombination',
    ],
  ];
  test.each(cases)('%s', async (_what, shape, change, expected) => {
    const { data, world, modify } = await ebsBench();
    world.ebs.shape(data, shape);
    const answer = await modify(data, change).then(
      () => 'ok',
      (error: { code: string }) => error.code,
    );
    expect(answer).toBe(expected);
  });

  test('a root volume on hard disks is refused', async () => {
    const { root, world, modify } = await ebsBench();
    world.ebs.shape(root, { sizeGib: 200 });
    await expect(modify(root, { type: 'st1' })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('less where the Region has less, and EC2 names the most', async () => {
    const { data, world, modify } = await ebsBench();
    world.ebs.gp3Ceiling = 16_000;
    const message = 'Volume iops of 20000 is too high; maximum is 16000';
    await expect(modify(data, gp3(20_000, 125))).rejects.toThrow(message);
    expect(await outcome(modify(data, gp3(16_000, 125)))).toBe('ok');
  });
});

function gp3(iops: number, throughputMib: number) {
  return { type: 'gp3', iops, throughputMib };
}
