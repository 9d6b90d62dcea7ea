import type { InstanceVolume } from '../shared/ports/ec2.ts';
import { tagsOfVolume } from './claim-objects.ts';
import type { Fleet } from './fleet.ts';
import { volumeId } from './ids.ts';
import type { SimInstance } from './model.ts';
import type { ClusterRuntime } from './runtime.ts';

export const ROOT_DEVICE = '/dev/xvda';
const FIRST_LETTER = 'a'.charCodeAt(0);

/** A volume that is there, and where it is attached. */
export interface EbsPlace {
  id: string;
  isRoot: boolean;
  tags: Record<string, string>;
  /** What its claim's class says it is. */
  parameters: Record<string, string>;
  instance?: SimInstance;
  device?: string;
  attached: boolean;
}

export interface PlacesParts {
  seed: number;
  fleet: Fleet;
  clusters: ReadonlyMap<string, ClusterRuntime>;
}

/** Which volumes an account has: a root volume for each instance, and those of claims. */
export class EbsPlaces {
  readonly #parts: PlacesParts;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
  }

  all(): Map<string, EbsPlace> {
    const { fleet, clusters } = this.#parts;
    const roots = [...fleet.instances.values()].flatMap((instance) => this.#rootOf(instance));
    const claimed = [...clusters.values()].flatMap((runtime) => this.#claimedIn(runtime));
    return new Map([...roots, ...claimed].map((place) => [place.id, place]));
  }

  /** The root volume first; none of a terminated instance, whose root volume is deleted with it. */
  on(instance: SimInstance): InstanceVolume[] {
    if (instance.state === 'terminated') return [];
    const runtime = this.#parts.clusters.get(instance.cluster);
    const claimed = (runtime?.volumes.namesOn(instance.privateDnsName) ?? []).flatMap((name, index) => {
      const id = runtime?.claims.volumes.get(name)?.spec.csi.volumeHandle;
      return id === undefined ? [] : [{ id, device: deviceAt(index) }];
    });
    return [{ id: this.#rootId(instance), device: ROOT_DEVICE }, ...claimed];
  }

  #rootId({ id }: SimInstance): string {
    return volumeId(this.#parts.seed, 'root', id);
  }

  #rootOf(instance: SimInstance): EbsPlace[] {
    if (instance.state === 'terminated') return [];
    const common = { isRoot: true, tags: {}, parameters: {}, attached: true };
    return [{ id: this.#rootId(instance), ...common, instance, device: ROOT_DEVICE }];
  }

  #claimedIn(runtime: ClusterRuntime): EbsPlace[] {
    const { cluster, claims, volumes } = runtime;
    return [...claims.volumes.values()].map((volume) => {
      const { volumeHandle: id } = volume.spec.csi;
      const place = volumes.placeOf(volume.metadata.name);
      const instance = this.#parts.fleet.machines.atNode(place?.node ?? '');
      const device =
        instance === undefined ? undefined : this.on(instance).find((each) => each.id === id)?.device;
      return {
        id,
        isRoot: false,
        tags: tagsOfVolume(cluster.ref.name, volume),
        parameters: claims.parametersOf(volume.spec.volumeAttributesClassName) ?? {},
        attached: place?.attached ?? false,
        ...(instance !== undefined && { instance }),
        ...(device !== undefined && { device }),
      };
    });
  }
}

/** `/dev/xvdaa`, `/dev/xvdab` …, as the CSI driver names them. */
function deviceAt(index: number): string {
  const letters = [Math.floor(index / 26), index % 26].map((each) =>
    String.fromCharCode(FIRST_LETTER + each),
  );
  return `/dev/xvd${letters.join('')}`;
}
