import { expect, test } from 'vitest';
import { outcome, type SetStage, type Setting } from './kubernetes-stage.ts';

const DB: Setting = { workloads: [{ name: 'db', kind: 'StatefulSet', volume: true }] };

export function storageCases(setStage: SetStage): void {
  const setUp = async (setting: Setting = DB) => {
    const stage = await setStage(setting);
    const { namespace } = stage;
    const kubernetes = await stage.as('paramedic-ebs-saturation');
    const claims = () => kubernetes.listPersistentVolumeClaims({ namespace });
    const patch = async (name: string, resourceVersion: string) => {
      const spec = { volumeAttributesClassName: 'fast' };
      const work = kubernetes.patchPersistentVolumeClaim(
        { namespace, name },
        { metadata: { resourceVersion }, spec },
      );
      return await outcome(work);
    };
    return { stage, kubernetes, claims, patch };
  };

  test('claims are listed everywhere and by namespace, with what they ask for', async () => {
    const { stage, kubernetes, claims } = await setUp();
    const metadata = { namespace: stage.namespace, name: 'data-db-0' };
    const spec = { storageClassName: 'gp3', resources: { requests: { storage: '100Gi' } } };
    expect(await claims()).toMatchObject([{ metadata, spec }]);
    const everywhere = await kubernetes.listPersistentVolumeClaims({});
    expect(everywhere.filter((claim) => claim.metadata?.namespace === stage.namespace)).toHaveLength(1);
    expect(await kubernetes.listPersistentVolumeClaims({ namespace: 'nowhere' })).toEqual([]);
  });

  test('PersistentVolumes may be listed', async () => {
    const { kubernetes } = await setUp({});
    expect(await outcome(kubernetes.listPersistentVolumes())).toBe('ok');
  });

  test('a claim takes another class in the version it was computed from, in no other, and nothing else changes', async () => {
    const { claims, patch } = await setUp();
    const [claim] = await claims();
    const { name = '', resourceVersion = '' } = claim?.metadata ?? {};
    expect(await patch(name, '1')).toBe('conflict');
    expect(await patch(name, resourceVersion)).toBe('ok');
    const { volumeAttributesClassName, ...others } = (await claims())[0]?.spec ?? {};
    expect(volumeAttributesClassName).toBe('fast');
    expect(others).toEqual(claim?.spec);
    expect(await patch(name, resourceVersion)).toBe('conflict');
  });

  test('a claim that is gone is not-found', async () => {
    const { patch } = await setUp({});
    expect(await patch('data-db-9', '1')).toBe('not-found');
  });

  test('who only reads or sweeps sees and changes no claim', async () => {
    const { stage } = await setUp({});
    const { namespace } = stage;
    const claim = { namespace, name: 'data-db-0' };
    const patch = { metadata: { resourceVersion: '1' }, spec: { volumeAttributesClassName: 'fast' } };
    for (const role of ['paramedic-reader', 'paramedic-sweep'] as const) {
      const kubernetes = await stage.as(role);
      expect(await outcome(kubernetes.listPersistentVolumeClaims({ namespace }))).toBe('unauthorised');
      expect(await outcome(kubernetes.patchPersistentVolumeClaim(claim, patch))).toBe('unauthorised');
    }
  });

  test('a cluster that knows VolumeAttributesClasses lists them, also when there are none', async () => {
    const { kubernetes } = await setUp({});
    expect(await kubernetes.listVolumeAttributesClasses()).toEqual([]);
  });
}
