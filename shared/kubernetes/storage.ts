import { isFailure } from '../errors.ts';
import type {
  Kubernetes,
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttributesClass,
} from '../ports/kubernetes.ts';
import { inNamespace, listObjects } from './collection.ts';
import { MERGE_PATCH_TYPE, parseObject, segment } from './object.ts';
import type { Session } from './session.ts';

export type StorageCalls = Pick<
  Kubernetes,
  | 'listPersistentVolumes'
  | 'listPersistentVolumeClaims'
  | 'listVolumeAttributesClasses'
  | 'patchPersistentVolumeClaim'
>;

const CORE = '/api/v1';

/** Volumes, the claims to them, and the classes that claims name. */
export function storageCalls(session: Session): StorageCalls {
  return {
    listPersistentVolumes: () =>
      listObjects<PersistentVolume>(session, { resource: 'persistentvolumes', api: CORE, filter: {} }),
    listPersistentVolumeClaims: (filter) =>
      listObjects<PersistentVolumeClaim>(session, { resource: 'persistentvolumeclaims', api: CORE, filter }),
    listVolumeAttributesClasses: () => listClasses(session),
    patchPersistentVolumeClaim: async ({ namespace, name }, patch) => {
      const operation = 'patch persistentvolumeclaims';
      const claim = segment(operation, name);
      const path = `${inNamespace(operation, CORE, namespace)}/persistentvolumeclaims/${claim}`;
      const call = { operation, namespace, path };
      const body = { contentType: MERGE_PATCH_TYPE, value: patch };
      return parseObject(call, await session.send({ ...call, method: 'PATCH', body }));
    },
  };
}

/** v1 from Kubernetes 1.34 on. Before, v1beta1, where whoever runs the cluster turned it on. */
async function listClasses(session: Session): Promise<VolumeAttributesClass[]> {
  const list = (version: string) =>
    listObjects<VolumeAttributesClass>(session, {
      resource: 'volumeattributesclasses',
      api: `/apis/storage.k8s.io/${version}`,
      filter: {},
    });
  try {
    return await list('v1');
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    return await list('v1beta1');
  }
}
