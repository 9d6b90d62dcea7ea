import type { ModifyVolumeRequest, VolumeType } from '@aws-sdk/client-ec2';
import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import type { SimClaim } from './claim-objects.ts';
import type { SimVolumes } from './ebs.ts';
import { EbsError } from './ebs-error.ts';
import { podKey } from './model.ts';
import type { ClusterRuntime } from './runtime.ts';

/** From the claim's change to the driver's request, and between its looks at the modification. */
const LOOK_MS = SECOND_MS;
/** The driver's patience with an EC2 that does not take it now. */
const RETRY_MS = 5 * MINUTE_MS;
/** EC2 may take the same request later. */
const LATER: ReadonlySet<string> = new Set(['IncorrectModificationState', 'VolumeModificationRateExceeded']);

/** The CSI driver's resizer: carries out what the class says that a claim names, as a modification of its volume. */
export class ClaimResizer {
  readonly #runtime: ClusterRuntime;
  readonly #ebs: SimVolumes;

  constructor(runtime: ClusterRuntime, ebs: SimVolumes) {
    this.#runtime = runtime;
    this.#ebs = ebs;
  }

  watch(): void {
    this.#runtime.claims.onClassChange((key) => this.#later(LOOK_MS, key, (claim) => this.#begin(claim)));
  }

  /** A claim that names yet another class by then has a turn of its own. */
  #later(ms: number, key: string, work: (claim: SimClaim) => void): void {
    const { cluster, claims } = this.#runtime;
    const target = targetOf(claims.get(key));
    cluster.clock.after(ms, () => {
      const claim = claims.get(key);
      if (claim !== undefined && targetOf(claim) === target) work(claim);
    });
  }

  #begin(claim: SimClaim): void {
    const parameters = this.#runtime.claims.parametersOf(targetOf(claim));
    const handle = this.#handleOf(claim);
    const refusal = parameters === undefined ? undefined : this.#ask(requestOf(handle, parameters));
    if (refusal !== undefined) this.#refused(claim, refusal);
    else this.#say(claim, parameters === undefined ? 'Pending' : 'InProgress');
    if (parameters !== undefined && refusal === undefined) this.#watch(claim);
  }

  #ask(request: ModifyVolumeRequest): EbsError | undefined {
    try {
      this.#ebs.modify(request);
      return undefined;
    } catch (error) {
      if (error instanceof EbsError) return error;
      throw error;
    }
  }

  #refused(claim: SimClaim, { name, message }: EbsError): void {
    const isLater = LATER.has(name);
    this.#say(claim, isLater ? 'InProgress' : 'Infeasible');
    this.#tell(claim, `${name}: ${message}`);
    if (isLater) this.#later(RETRY_MS, podKey(claim.metadata), (again) => this.#begin(again));
  }

  #watch(claim: SimClaim): void {
    this.#later(LOOK_MS, podKey(claim.metadata), (current) => {
      const state = this.#ebs.modificationOf(this.#handleOf(current))?.ModificationState;
      if (state === 'modifying') this.#watch(current);
      else if (state === 'failed') this.#failed(current);
      else this.#done(current);
    });
  }

  #failed(claim: SimClaim): void {
    this.#say(claim, 'Infeasible');
    this.#tell(claim, 'the modification failed');
  }

  #done(claim: SimClaim): void {
    const { claims } = this.#runtime;
    const { modifyVolumeStatus: _over, ...status } = claim.status;
    const target = targetOf(claim) ?? '';
    claims.setStatus(podKey(claim.metadata), { ...status, currentVolumeAttributesClassName: target });
    claims.setClassOfVolume(claim.spec.volumeName, target);
  }

  #say(claim: SimClaim, status: 'Pending' | 'InProgress' | 'Infeasible'): void {
    const modifyVolumeStatus = { status, targetVolumeAttributesClassName: targetOf(claim) ?? '' };
    this.#runtime.claims.setStatus(podKey(claim.metadata), { ...claim.status, modifyVolumeStatus });
  }

  #tell({ metadata: { namespace, name, uid } }: SimClaim, message: string): void {
    const about = { kind: 'PersistentVolumeClaim', namespace, name, uid };
    this.#runtime.events.record({ reason: 'VolumeModifyFailed', message, about });
  }

  #handleOf({ spec }: SimClaim): string {
    return this.#runtime.claims.volumes.get(spec.volumeName)?.spec.csi.volumeHandle ?? '';
  }
}

function targetOf(claim: SimClaim | undefined): string | undefined {
  return claim?.spec.volumeAttributesClassName;
}

function requestOf(VolumeId: string, parameters: Record<string, string>): ModifyVolumeRequest {
  const { type, iops, throughput } = parameters;
  return {
    VolumeId,
    ...(type !== undefined && { VolumeType: type as VolumeType }),
    ...(iops !== undefined && { Iops: Number(iops) }),
    ...(throughput !== undefined && { Throughput: Number(throughput) }),
  };
}
