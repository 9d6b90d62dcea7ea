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

/**
 * Null: no claim of the cluster is bound to it. One that was released may still name the volume beside the one that is
 * bound. Three lists at most, where no two namespaces are named.
 */
export async function readClaim(kubernetes: Kubernetes, volumeId: string): Promise<ClaimFacts | null> {
  const volumes = await kubernetes.listPersistentVolumes();
  for (const volume of volumes.filter(({ spec }) => spec?.csi?.volumeHandle === volumeId)) {
    const found = await claimOf(kubernetes, volume);
    if (found !== null) return found;
  }
  return null;
}

async function claimOf(kubernetes: Kubernetes, volume: PersistentVolume): Promise<ClaimFacts | null> {
  const ref = volume.spec?.claimRef;
  // One without a UID is not bound yet.
  if (ref?.namespace === undefined || ref.name === undefined || ref.uid === undefined) return null;
  const claims = await kubernetes.listPersistentVolumeClaims({ namespace: ref.namespace });
  const claim = claims.find(({ metadata }) => metadata?.name === ref.name && metadata?.uid === ref.uid);
  if (claim === undefined) return null;
  const { spec, status } = claim as { spec?: ClassNames; status?: ClassNames };
  const driver = driverOf(volume);
  // An empty name is none.
  const attributesClass = spec?.volumeAttributesClassName || null;
  const classes = attributesClass === null ? [] : await classesOf(kubernetes);
  return {
    namespace: ref.namespace,
    name: ref.name,
    uid: claim.metadata?.uid ?? '',
    resourceVersion: claim.metadata?.resourceVersion ?? '',
    storageClass: claim.spec?.storageClassName ?? null,
    attributesClass,
    currentAttributesClass: status?.currentVolumeAttributesClassName || null,
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
