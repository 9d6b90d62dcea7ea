import { PortError } from '../shared/errors.ts';
import type { ClaimPatch, VolumeAttributesClass } from '../shared/ports/kubernetes.ts';
import { boundClaim, claimNameOf, type SimClaim, type SimVolumeObject } from './claim-objects.ts';
import type { SimCluster } from './cluster.ts';
import { podKey, type SimPod } from './model.ts';

const OPERATION = 'patch /persistentvolumeclaims';

/** PersistentVolumeClaims of pods, what they are bound to, and the classes that they name. */
export class Claims {
  readonly #cluster: SimCluster;
  /** By `namespace/name`. */
  readonly #claims = new Map<string, SimClaim>();
  /** By name. */
  readonly #volumes = new Map<string, SimVolumeObject>();
  readonly #listeners: ((key: string) => void)[] = [];
  #version = 1_000;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    cluster.podListeners.push((pod, removed) => this.#podChanged(pod, removed));
  }

  /** Called after a claim named another class. */
  onClassChange(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  list(namespace?: string): SimClaim[] {
    return [...this.#claims.values()].filter(
      ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    );
  }

  get(key: string): SimClaim | undefined {
    return this.#claims.get(key);
  }

  get volumes(): ReadonlyMap<string, SimVolumeObject> {
    return this.#volumes;
  }

  /** Throws PortError `not-found` where the API server does not know such classes. */
  classes(): VolumeAttributesClass[] {
    const { volumeAttributesClasses: classes } = this.#cluster.spec;
    if (classes !== undefined)
      return classes.map(({ name, driver, parameters }) => ({
        metadata: { name },
        driverName: driver,
        parameters,
      }));
    const operation = 'list storage.k8s.io/volumeattributesclasses';
    throw new PortError('not-found', 'the server could not find the requested resource', {
      operation,
      code: '404',
    });
  }

  parametersOf(className: string | undefined): Record<string, string> | undefined {
    return this.#cluster.spec.volumeAttributesClasses?.find(({ name }) => name === className)?.parameters;
  }

  /** Undefined when there is none. Throws PortError `conflict`. */
  patch(key: string, { metadata, spec }: ClaimPatch): SimClaim | undefined {
    const claim = this.#claims.get(key);
    if (claim === undefined) return undefined;
    if (metadata.resourceVersion !== claim.metadata.resourceVersion) {
      const message = 'the object has been modified; please apply your changes to the latest version';
      throw new PortError('conflict', message, { operation: OPERATION, code: 'Conflict' });
    }
    const { volumeAttributesClassName } = spec;
    if (claim.spec.volumeAttributesClassName === volumeAttributesClassName) return claim;
    const patched = this.#put({ ...claim, spec: { ...claim.spec, volumeAttributesClassName } });
    for (const listener of this.#listeners) listener(key);
    return patched;
  }

  setStatus(key: string, status: SimClaim['status']): void {
    const claim = this.#claims.get(key);
    if (claim !== undefined) this.#put({ ...claim, status });
  }

  /** The driver has made the volume what its class says. */
  setClassOfVolume(name: string, volumeAttributesClassName: string): void {
    const volume = this.#volumes.get(name);
    if (volume === undefined) return;
    const metadata = { ...volume.metadata, resourceVersion: this.#nextVersion() };
    this.#volumes.set(name, { ...volume, metadata, spec: { ...volume.spec, volumeAttributesClassName } });
  }

  #put(claim: SimClaim): SimClaim {
    const stored = { ...claim, metadata: { ...claim.metadata, resourceVersion: this.#nextVersion() } };
    this.#claims.set(podKey(claim.metadata), stored);
    return stored;
  }

  /** Only a StatefulSet keeps the claims of pods that are gone. */
  #podChanged(pod: SimPod, removed: boolean): void {
    const name = claimNameOf(pod);
    if (name === undefined) return;
    const key = podKey({ namespace: pod.metadata.namespace, name });
    const workload = this.#cluster.workloadOf.get(pod.metadata.uid);
    if (!removed) {
      if (!this.#claims.has(key)) this.#add(key, boundClaim(this.#cluster, pod, workload));
    } else if (workload?.kind !== 'StatefulSet') this.#remove(key);
  }

  #add(key: string, { claim, volume }: ReturnType<typeof boundClaim>): void {
    this.#claims.set(key, claim);
    this.#volumes.set(volume.metadata.name, volume);
  }

  #remove(key: string): void {
    const claim = this.#claims.get(key);
    if (claim === undefined) return;
    this.#claims.delete(key);
    this.#volumes.delete(claim.spec.volumeName);
  }

  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }
}
