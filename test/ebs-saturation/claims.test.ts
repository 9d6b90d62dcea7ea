import { describe, expect, test } from 'vitest';
import { readClaim } from '../../functions/ebs-saturation/reading/claims.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';

const ID = 'vol-0a1b2c3d4e5f60718';

function volumeOf(claim: string, uid: string, volumeHandle = ID) {
  const claimRef = { namespace: 'data', name: claim, uid };
  return { metadata: { name: uid }, spec: { csi: { driver: 'ebs.csi.aws.com', volumeHandle }, claimRef } };
}

function cluster(volumes: object[], volumeAttributesClassName?: string): Kubernetes {
  const metadata = { namespace: 'data', name: 'db', uid: 'u-2', resourceVersion: '7' };
  return {
    listPersistentVolumes: async () => volumes,
    listPersistentVolumeClaims: async () => [{ metadata, spec: { volumeAttributesClassName } }],
    listVolumeAttributesClasses: async () => [],
  } as Partial<Kubernetes> as Kubernetes;
}

describe('the claim behind a volume', () => {
  test('a PersistentVolume that was released does not hide the one that is bound', async () => {
    const volumes = [volumeOf('db', 'u-1'), volumeOf('other', 'u-3', 'vol-1'), volumeOf('db', 'u-2')];
    expect(await readClaim(cluster(volumes, 'fast'), ID)).toMatchObject({ name: 'db', uid: 'u-2' });
  });

  test('an empty name of a class is none', async () => {
    const found = await readClaim(cluster([volumeOf('db', 'u-2')], ''), ID);
    expect(found).toMatchObject({ attributesClass: null });
  });

  test('none: another volume, or a claim that is gone', async () => {
    expect(await readClaim(cluster([volumeOf('db', 'u-2', 'vol-1')]), ID)).toBeNull();
    expect(await readClaim(cluster([volumeOf('db', 'u-1')]), ID)).toBeNull();
  });
});
