import { isFailure } from '../../../shared/errors.ts';
import type {
  ClaimRef,
  Kubernetes,
  PersistentVolume,
  VolumeAttributesClass,
} from '../../../shared/ports/kubernetes.ts';

/** The claim behind a volume, as far as changing it goes. */
export interface ClaimFacts extends ClaimRef {
  uid: string;
  resourceVersion: string;
  storageClass: string | null;
  /** The class it names, and the one that is in effect. */
  attributesClass: string | null;
  currentAttributesClass: string | null;
  driver: string;
  /** Those of its driver. */
  classes: VolumeAttributesClass[];
}

/** Null: no PersistentVolume of the cluster is this volume. Three lists at most. */
export async function readClaim(kubernetes: Kubernetes, volumeId: string): Promise<ClaimFacts | null> {
  const volumes = await kubernetes.listPersistentVolumes();
  const volume = volumes.find(({ spec }) => spec?.csi?.volumeHandle === volumeId);
  const ref = volume?.spec?.claimRef;
  if (volume === undefined || ref?.namespace === undefined || ref.name === undefined) return null;
  const claims = await kubernetes.listPersistentVolumeClaims({ namespace: ref.namespace });
  const claim = claims.find(({ metadata }) => metadata?.name === ref.name && metadata?.uid === ref.uid);
  if (claim === undefined) return null;
  const { spec, status } = claim as { spec?: ClassNames; status?: ClassNames };
  const driver = driverOf(volume);
  const classes = spec?.volumeAttributesClassName === undefined ? [] : await classesOf(kubernetes);
  return {
    namespace: ref.namespace,
    name: ref.name,
    uid: claim.metadata?.uid ?? '',
    resourceVersion: claim.metadata?.resourceVersion ?? '',
    storageClass: claim.spec?.storageClassName ?? null,
    attributesClass: spec?.volumeAttributesClassName ?? null,
    currentAttributesClass: status?.currentVolumeAttributesClassName ?? null,
    driver,
    classes: classes.filter(({ driverName }) => driverName === driver),
  };
}

/** Newer than the types at hand. */
interface ClassNames {
  volumeAttributesClassName?: string;
  currentVolumeAttributesClassName?: string;
}

function driverOf({ spec }: PersistentVolume): string {
  return spec?.csi?.driver ?? '';
}

async function classesOf(kubernetes: Kubernetes): Promise<VolumeAttributesClass[]> {
  try {
    return await kubernetes.listVolumeAttributesClasses();
  } catch (error) {
    if (isFailure(error, 'not-found')) return [];
    throw error;
  }
}
