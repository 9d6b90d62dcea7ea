import type { ModifyVolumeRequest, VolumeType } from '@aws-sdk/client-ec2';
import type { VolumePerformance } from '../shared/ports/volumes.ts';

/** All of it, also what EC2 does not tell of a type. */
export type Provisioned = Required<VolumePerformance>;

/** What EC2 says instead of an answer. */
export interface EbsRefusal {
  code: string;
  message: string;
}

/** A type whose IOPS are asked for. */
interface Limits {
  min: number;
  max: number;
  perGib: number;
  /** MiB/s for each IOPS, and at most. */
  throughputPerIops: number;
  maxThroughputMib: number;
}

/** Where the volume is may allow less. */
export interface Ceilings {
  gp3Iops: number;
  gp3ThroughputMib: number;
}

const LIMITS: Readonly<Record<string, Limits>> = {
  gp3: { min: 3_000, max: 80_000, perGib: 500, throughputPerIops: 0.25, maxThroughputMib: 2_000 },
  io2: { min: 100, max: 256_000, perGib: 1_000, throughputPerIops: 0.256, maxThroughputMib: 4_000 },
  io1: { min: 100, max: 64_000, perGib: 50, throughputPerIops: 0.256, maxThroughputMib: 1_000 },
};
/** Types whose performance follows from the size alone; GiB, at least and at most. */
const SIZED: Readonly<Record<string, readonly [number, number]>> = {
  gp2: [1, 16_384],
  st1: [125, 16_384],
  sc1: [125, 16_384],
  standard: [1, 1_024],
};
const GP3_BASE = { iops: 3_000, throughputMib: 125 };
const GP2_FAST_GIB = 334;
const HARD_DISK = { st1: 500, sc1: 250, standard: 100 } as const;

/** What the volume becomes. EC2 gives a type its own defaults where the request names no values. */
export function targetOf(current: Provisioned, request: ModifyVolumeRequest): Provisioned {
  const type: string = request.VolumeType ?? current.type;
  const sizeGib = request.Size ?? current.sizeGib;
  const kept = type === current.type ? current : GP3_BASE;
  const iops = request.Iops ?? kept.iops;
  if (type === 'gp3') return { type, sizeGib, iops, throughputMib: request.Throughput ?? kept.throughputMib };
  const limits = LIMITS[type];
  if (limits === undefined) return sized(type, sizeGib);
  const throughputMib = Math.min(limits.maxThroughputMib, Math.floor(iops * limits.throughputPerIops));
  return { type, sizeGib, iops, throughputMib };
}

export function sized(type: string, sizeGib: number): Provisioned {
  if (type === 'gp2') {
    const iops = Math.min(16_000, Math.max(100, 3 * sizeGib));
    return { type, sizeGib, iops, throughputMib: sizeGib >= GP2_FAST_GIB ? 250 : 128 };
  }
  const most = type === 'st1' || type === 'sc1' ? HARD_DISK[type] : HARD_DISK.standard;
  return { type, sizeGib, iops: most, throughputMib: most };
}

/** Why EC2 does not take it; undefined: it does. */
export function whyRefused(
  volume: { current: Provisioned; isRoot: boolean; multiAttach: boolean },
  request: ModifyVolumeRequest,
  ceilings: Ceilings,
): EbsRefusal | undefined {
  const target = targetOf(volume.current, request);
  return whyNotType(volume, request, target.type as VolumeType) ?? whyNotSoMuch(target, ceilings);
}

function whyNotType(
  { current, isRoot, multiAttach }: Parameters<typeof whyRefused>[0],
  { Size, Iops, Throughput }: ModifyVolumeRequest,
  type: VolumeType,
): EbsRefusal | undefined {
  const isProvisioned = Object.hasOwn(LIMITS, type);
  if (!isProvisioned && !Object.hasOwn(SIZED, type))
    return refusal('UnknownVolumeType', `Unsupported volume type '${type}'.`);
  if (Size !== undefined && Size < current.sizeGib)
    return invalid('New size cannot be smaller than existing size');
  if (Iops !== undefined && !isProvisioned)
    return unfit(`The parameter iops is not supported for ${type} volumes.`);
  if (Throughput !== undefined && type !== 'gp3')
    return unfit(`The parameter throughput is not supported for ${type} volumes.`);
  return whyNotUse({ isRoot, multiAttach }, type) ?? whyNoDefault(current, Iops, type);
}

function whyNotUse({ isRoot, multiAttach }: { isRoot: boolean; multiAttach: boolean }, type: VolumeType) {
  const isIo = type === 'io1' || type === 'io2';
  if (multiAttach && !isIo) return unfit(`Multi-Attach is not supported for ${type} volumes.`);
  if (isRoot && (type === 'st1' || type === 'sc1'))
    return invalid(`${type} is not supported for a boot volume`);
  return undefined;
}

/** EC2 has a default for the IOPS of gp3 alone. */
function whyNoDefault(current: Provisioned, iops: number | undefined, type: VolumeType) {
  const isAsked = iops !== undefined || type === current.type || (type !== 'io1' && type !== 'io2');
  return isAsked
    ? undefined
    : refusal('MissingParameter', 'The parameter iops must be specified for this volume type.');
}

function whyNotSoMuch(
  { type, sizeGib, iops, throughputMib }: Provisioned,
  { gp3Iops, gp3ThroughputMib }: Ceilings,
): EbsRefusal | undefined {
  const limits = LIMITS[type];
  if (limits === undefined) {
    const [least, most] = SIZED[type] ?? [0, 0];
    if (sizeGib > most)
      return invalid(`Volume of ${sizeGib}GiB is too large for volume type ${type}; maximum is ${most}GiB`);
    if (sizeGib < least)
      return invalid(`Volume of ${sizeGib}GiB is too small for volume type ${type}; minimum is ${least}GiB`);
    return undefined;
  }
  const max = type === 'gp3' ? Math.min(limits.max, gp3Iops) : limits.max;
  if (iops > max) return invalid(`Volume iops of ${iops} is too high; maximum is ${max}`);
  if (iops < limits.min) return invalid(`Volume iops of ${iops} is too low; minimum is ${limits.min}`);
  // The least that a type has does not depend on the size.
  if (iops > Math.max(limits.min, limits.perGib * sizeGib))
    return unfit(`Iops to volume size ratio of ${iops / sizeGib} is too high; maximum is ${limits.perGib}`);
  const maxThroughputMib = Math.min(limits.maxThroughputMib, gp3ThroughputMib);
  return type === 'gp3' ? whyNotSoFast(iops, throughputMib, { ...limits, maxThroughputMib }) : undefined;
}

function whyNotSoFast(iops: number, throughputMib: number, limits: Limits): EbsRefusal | undefined {
  const { maxThroughputMib: max, throughputPerIops } = limits;
  const what = `Volume throughput of ${throughputMib} MiB/s`;
  if (throughputMib > max) return invalid(`${what} is too high; maximum is ${max}`);
  if (throughputMib < GP3_BASE.throughputMib)
    return invalid(`${what} is too low; minimum is ${GP3_BASE.throughputMib}`);
  if (throughputMib <= iops * throughputPerIops) return undefined;
  return unfit(
    `Throughput to iops ratio of ${throughputMib / iops} is too high; maximum is ${throughputPerIops}`,
  );
}

function invalid(message: string): EbsRefusal {
  return refusal('InvalidParameterValue', message);
}

function unfit(message: string): EbsRefusal {
  return refusal('InvalidParameterCombination', message);
}

function refusal(code: string, message: string): EbsRefusal {
  return { code, message };
}
