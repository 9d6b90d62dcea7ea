import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { PersistentVolumeClaim } from '../../shared/ports/kubernetes.ts';
import { VOLUME_COURSES } from '../../simulator/ebs-courses.ts';
import { outcome, refOf } from './harness.ts';
import { type EbsBench, ebsBench, GP3_FAST } from './volumes-world.ts';

const DATA = { namespace: 'default', name: 'data-db-0' };
const CLASSES = [
  { name: 'plain', parameters: { type: 'gp3', iops: '3000', throughput: '125' } },
  { name: 'fast', parameters: { type: 'gp3', iops: '6000', throughput: '250' } },
  { name: 'impossible', parameters: { type: 'gp3', iops: '90000' } },
];

async function stage() {
  const made = await ebsBench({ volumeAttributesClasses: CLASSES, volumeClass: 'plain' });
  return { ...made, claim: () => claimOf(made), choose: (name: string) => choose(made, name) };
}

async function claimOf({ kubernetes, run }: EbsBench): Promise<PersistentVolumeClaim> {
  const [claim] = await run(kubernetes.listPersistentVolumeClaims({ namespace: 'default' }));
  if (claim === undefined) throw new Error('no claim');
  return claim;
}

async function choose(made: EbsBench, volumeAttributesClassName: string): Promise<PersistentVolumeClaim> {
  const resourceVersion = (await claimOf(made)).metadata?.resourceVersion ?? '';
  const patch = { metadata: { resourceVersion }, spec: { volumeAttributesClassName } };
  return await made.run(made.kubernetes.patchPersistentVolumeClaim(DATA, patch));
}

describe('a pod’s volume', () => {
  test('is found from its id over the PersistentVolume to the claim that the pod names', async () => {
    const { kubernetes, run, data, claim } = await stage();
    const [pv] = await run(kubernetes.listPersistentVolumes());
    expect(pv?.spec).toMatchObject({
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: data },
      claimRef: DATA,
      volumeAttributesClassName: 'plain',
    });
    expect(await claim()).toMatchObject({
      metadata: DATA,
      spec: { volumeName: pv?.metadata?.name, volumeAttributesClassName: 'plain' },
      status: { phase: 'Bound', currentVolumeAttributesClassName: 'plain' },
    });
    const [pod] = await run(kubernetes.listPods({ namespace: 'default' }));
    const [{ persistentVolumeClaim } = {}] = pod?.spec?.volumes ?? [];
    expect(persistentVolumeClaim?.claimName).toBe(DATA.name);
    const [attachment] = await run(kubernetes.listVolumeAttachments());
    expect(attachment?.spec.source.persistentVolumeName).toBe(pv?.metadata?.name);
  });

  test('of a StatefulSet is the same one after its pod, of a Deployment it goes with the pod', async () => {
    const web = { name: 'web', volume: true };
    const db = { name: 'db', kind: 'StatefulSet' as const, volume: true };
    const { kubernetes, run, world } = await ebsBench({ workloads: [db, web] });
    const handles = async () =>
      new Map(
        (await run(kubernetes.listPersistentVolumes())).map(({ spec }) => [
          spec?.claimRef?.name?.startsWith('data-db') ? 'db' : 'web',
          spec?.csi?.volumeHandle,
        ]),
      );
    const before = await handles();
    for (const pod of await run(kubernetes.listPods({ namespace: 'default' })))
      await run(kubernetes.deletePod(refOf(pod), { graceSeconds: 0 }));
    await world.clock.advance(MINUTE_MS);
    const after = await handles();
    expect(after.get('db')).toBe(before.get('db'));
    expect(after.size).toBe(2);
    expect(after.get('web')).not.toBe(before.get('web'));
  });
});

describe('VolumeAttributesClasses', () => {
  test('are listed as the world file has them', async () => {
    const { kubernetes, run } = await stage();
    const [plain] = await run(kubernetes.listVolumeAttributesClasses());
    const { name, parameters } = CLASSES[0] ?? { name: '', parameters: {} };
    expect(plain).toEqual({ metadata: { name }, driverName: 'ebs.csi.aws.com', parameters });
  });

  test('are not-found in a cluster that does not know them', async () => {
    const { kubernetes, run } = await ebsBench();
    expect(await outcome(run(kubernetes.listVolumeAttributesClasses()))).toBe('not-found');
  });
});

describe('another class of a claim', () => {
  test('is carried out as a modification of the volume, and then stands in claim and volume', async () => {
    const { world, kubernetes, run, data, claim, choose, volume, told } = await stage();
    expect(await choose('fast')).toMatchObject({ spec: { volumeAttributesClassName: 'fast' } });
    await world.clock.advance(2 * SECOND_MS);
    const target = { status: 'InProgress', targetVolumeAttributesClassName: 'fast' };
    expect((await claim()).status).toMatchObject({
      currentVolumeAttributesClassName: 'plain',
      modifyVolumeStatus: target,
    });
    await world.clock.advance(MINUTE_MS);
    expect(await volume(data)).toMatchObject({ iops: 6_000, throughputMib: 250 });
    const { status } = await claim();
    expect(status?.currentVolumeAttributesClassName).toBe('fast');
    expect(status).not.toHaveProperty('modifyVolumeStatus');
    const [pv] = await run(kubernetes.listPersistentVolumes());
    expect(pv?.spec?.volumeAttributesClassName).toBe('fast');
    expect(told()).toEqual(['optimizing']);
  });

  test('on a claim that changed since is a conflict, and nothing happens', async () => {
    const { kubernetes, run, world, claim, data, modification } = await stage();
    const patch = { metadata: { resourceVersion: '0' }, spec: { volumeAttributesClassName: 'fast' } };
    expect(await outcome(run(kubernetes.patchPersistentVolumeClaim(DATA, patch)))).toBe('conflict');
    const gone = { ...DATA, name: 'data-db-9' };
    expect(await outcome(run(kubernetes.patchPersistentVolumeClaim(gone, patch)))).toBe('not-found');
    await world.clock.advance(MINUTE_MS);
    expect((await claim()).spec?.volumeAttributesClassName).toBe('plain');
    expect(await modification(data)).toBeUndefined();
  });

  test('that does not exist leaves the claim pending, one that EC2 refuses infeasible, with an Event', async () => {
    const { world, kubernetes, run, claim, choose, data, modification } = await stage();
    await choose('nobody');
    await world.clock.advance(MINUTE_MS);
    expect((await claim()).status?.modifyVolumeStatus?.status).toBe('Pending');
    await choose('impossible');
    await world.clock.advance(MINUTE_MS);
    expect((await claim()).status?.modifyVolumeStatus?.status).toBe('Infeasible');
    const [event] = await run(kubernetes.listEvents({ reason: 'VolumeModifyFailed' }));
    expect(event).toMatchObject({ involvedObject: { kind: 'PersistentVolumeClaim', name: DATA.name } });
    expect(event?.message).toMatch(/^InvalidParameterValue/);
    expect(await modification(data)).toBeUndefined();
  });

  test('waits for a modification that runs, and is then made', async () => {
    const { world, claim, choose, data, modify, volume } = await stage();
    await modify(data, { ...GP3_FAST, iops: 4_000 });
    await choose('fast');
    await world.clock.advance(10 * MINUTE_MS);
    expect((await claim()).status?.modifyVolumeStatus?.status).toBe('InProgress');
    expect(await volume(data)).toMatchObject({ iops: 4_000 });
    await world.clock.advance(HOUR_MS);
    expect(await volume(data)).toMatchObject({ iops: 6_000 });
  });

  test('whose modification fails is infeasible', async () => {
    const { world, claim, choose, data } = await stage();
    world.ebs.follow(data, VOLUME_COURSES.failed);
    await choose('fast');
    await world.clock.advance(5 * MINUTE_MS);
    expect((await claim()).status).toMatchObject({
      currentVolumeAttributesClassName: 'plain',
      modifyVolumeStatus: { status: 'Infeasible' },
    });
  });
});
