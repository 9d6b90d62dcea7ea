import { expect } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import type { AwsStage, Case } from './aws.contract.ts';

/** A well-formed id that no volume has. */
const NOBODY = 'vol-0123456789abcdef0';
/** A well-formed id that no launch template has. */
const NO_TEMPLATE = 'lt-0123456789abcdef0';
/** Mappings of version 1 and version 2. */
export const TEMPLATE_VERSIONS = [
  [
    {
      DeviceName: '/dev/xvda',
      Ebs: { VolumeSize: 80, VolumeType: 'gp3', Iops: 3_000, Throughput: 125, Encrypted: true },
    },
    { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' },
  ],
  [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, VolumeType: 'gp3' } }],
] as const;

/** Times that a stage settles. */
const OPTIMISED_AFTER = 6;
const FASTER = { type: 'gp3', iops: 6_000, throughputMib: 250 } as const;

async function rootOf({ ec2, loose, run }: AwsStage): Promise<{ id: string; device: string }> {
  const [instance] = await run(ec2.describeInstances([loose]));
  const root = instance?.volumes?.find(({ device }) => device === instance.rootDevice);
  if (root === undefined) throw new Error(`${loose} has no root volume`);
  return root;
}

async function kindOf(stage: AwsStage, work: Promise<unknown>): Promise<string> {
  return stage.run(work).then(() => 'accepted', failureKind);
}

/** What EC2 does with volumes by way of our ports: name → what must hold. */
export const VOLUME_CASES: Readonly<Record<string, Case>> = {
  'an instance names its root volume, and that names the instance and the device': async (set) => {
    const stage = await set();
    const { id, device } = await rootOf(stage);
    const [volume] = await stage.run(stage.volumes.describeVolumes([id]));
    expect(volume).toMatchObject({
      id,
      state: 'in-use',
      multiAttach: false,
      attachments: [{ instanceId: stage.loose, device, state: 'attached' }],
    });
    expect(volume?.sizeGib).toBeGreaterThan(0);
  },
  'a volume that nobody has is missing from the answer, its neighbours are not': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    const found = await stage.run(stage.volumes.describeVolumes([NOBODY, id]));
    expect(found.map((volume) => volume.id)).toEqual([id]);
  },
  'a volume that was never modified has no modification': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    expect(await stage.run(stage.volumes.describeModifications([id, NOBODY]))).toEqual([]);
  },
  'a modification is answered with what the volume becomes and since when': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    const begun = await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    expect(begun).toMatchObject({ volumeId: id, to: FASTER });
    const [read] = await stage.run(stage.volumes.describeModifications([id]));
    expect(read).toMatchObject({ volumeId: id, startedAt: begun.startedAt, to: FASTER });
  },
  'a modification has not come far when it is answered': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    const begun = await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    expect(begun).toMatchObject({ state: 'modifying', progress: 0 });
  },
  'a modification that runs is listed without being named': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    const { modifications, complete } = await stage.run(stage.volumes.listUnderWay(1_000));
    expect(modifications).toMatchObject([{ volumeId: id, state: 'modifying', to: FASTER }]);
    expect(complete).toBe(true);
  },
  'a modification that has ended is not listed as running': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    // EBS optimises for long after what was begun holds.
    for (let turn = 0; turn < OPTIMISED_AFTER; turn++) await stage.settle();
    const [read] = await stage.run(stage.volumes.describeModifications([id]));
    expect(read?.state).toBe('completed');
    const { modifications } = await stage.run(stage.volumes.listUnderWay(1_000));
    expect(modifications.filter(({ volumeId }) => volumeId === id)).toEqual([]);
  },
  'a modified volume is what was asked for in the end, as large as before': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    const [before] = await stage.run(stage.volumes.describeVolumes([id]));
    await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    await stage.settle();
    const [after] = await stage.run(stage.volumes.describeVolumes([id]));
    expect(after).toMatchObject({ ...FASTER, sizeGib: before?.sizeGib });
  },
  'a second modification while one runs is a conflict': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    await stage.run(stage.volumes.modifyVolume({ id, ...FASTER }));
    expect(await kindOf(stage, stage.volumes.modifyVolume({ id, ...FASTER, iops: 7_000 }))).toBe('conflict');
  },
  'more IOPS than the type has is invalid': async (set) => {
    const stage = await set();
    const { id } = await rootOf(stage);
    expect(await kindOf(stage, stage.volumes.modifyVolume({ id, ...FASTER, iops: 80_001 }))).toBe('invalid');
  },
  'modifying a volume that nobody has is not-found': async (set) => {
    const stage = await set();
    expect(await kindOf(stage, stage.volumes.modifyVolume({ id: NOBODY, ...FASTER }))).toBe('not-found');
  },
  'a version of a launch template is told with its mappings, whatever is newer': async (set) => {
    const { volumes, template, run } = await set();
    const told = await run(volumes.describeTemplate(template, '1'));
    expect(told).toMatchObject({ id: template, version: '1', mappings: TEMPLATE_VERSIONS[0] });
    expect(told.name).toMatch(/^nodes/);
    expect((await run(volumes.describeTemplate(template, '2'))).mappings).toEqual(TEMPLATE_VERSIONS[1]);
  },
  'a launch template that nobody has is not-found, and so is a version of one': async (set) => {
    const stage = await set();
    const { volumes, template } = stage;
    expect(await kindOf(stage, volumes.describeTemplate(NO_TEMPLATE, '1'))).toBe('not-found');
    expect(await kindOf(stage, volumes.describeTemplate(template, '7'))).toBe('not-found');
  },
  'a type tells what an instance can do over all its volumes': async (set) => {
    const { ec2, run } = await set();
    expect(await run(ec2.describeInstanceTypes(['m6i.large']))).toMatchObject([
      {
        ebs: {
          baselineIops: 3_600,
          baselineThroughputMib: 77.48,
          maximumIops: 40_000,
          maximumThroughputMib: 1_192.09,
        },
      },
    ]);
  },
};
