import type { Performance, VolumeType } from '../volume.ts';
import { LIMITS } from './table.ts';

export interface Figures {
  iops: number;
  throughputMib: number;
}

/** Performance that follows from the size. */
export interface SizedPerformance extends Figures {
  /** With burst credits; the same as without where the type or size has none. */
  burst: Figures;
}

const GIB_PER_TIB = 1_024;
const GP2_BURST_IOPS = 3_000;
/** Up to here 128 MiB/s; above 250 MiB/s, but up to 333 GiB only with credits. */
const GP2_SMALL_GIB = 170;
/** Baseline and burst, MiB/s for each TiB, and the most without credits; in operations of 1 MiB. */
const DISKS = {
  st1: { perTib: 40, burstPerTib: 250, max: 500, burstMax: 500 },
  sc1: { perTib: 12, burstPerTib: 80, max: 192, burstMax: 250 },
} as const;
/** io1 carries 256 KiB for each IOPS up to 500 MiB/s, and above 32,000 IOPS 16 KiB for each. */
const IO1 = { perMib: 4, flatMib: 500, flatIops: 32_000, perMibAbove: 64 } as const;
const IO2_MIB_PER_IOPS = 0.256;

/** What a gp2 volume has: 3 IOPS for each GiB, and 3,000 in bursts below 1,000 GiB. */
export function gp2Performance(sizeGib: number): SizedPerformance {
  const { iops: range, throughputMib } = LIMITS.gp2;
  const iops = Math.min(range.max, Math.max(range.min, 3 * sizeGib));
  const isSmall = sizeGib <= GP2_SMALL_GIB;
  const most = isSmall ? throughputMib.min : throughputMib.max;
  // The baseline IOPS in operations of 256 KiB.
  const steady = Math.min(most, Math.max(throughputMib.min, Math.floor(iops / 4)));
  return {
    iops,
    throughputMib: steady,
    burst: { iops: Math.max(iops, GP2_BURST_IOPS), throughputMib: most },
  };
}

function diskPerformance(type: 'st1' | 'sc1', sizeGib: number): SizedPerformance {
  const { perTib, burstPerTib, max, burstMax } = DISKS[type];
  const of = (rate: number, most: number): Figures => {
    const mib = Math.min(most, Math.max(1, Math.floor((rate * sizeGib) / GIB_PER_TIB)));
    return { iops: mib, throughputMib: mib };
  };
  return { ...of(perTib, max), burst: of(burstPerTib, burstMax) };
}

/** Of the types whose performance nobody asks for; undefined for gp3, io1 and io2. */
export function sizedPerformance(type: VolumeType, sizeGib: number): SizedPerformance | undefined {
  switch (type) {
    case 'gp2':
      return gp2Performance(sizeGib);
    case 'st1':
    case 'sc1':
      return diskPerformance(type, sizeGib);
    case 'standard':
      return { iops: 100, throughputMib: 40, burst: { iops: 200, throughputMib: 90 } };
    default:
      return undefined;
  }
}

/** MiB/s that come with the IOPS of io1 and io2; they cannot be asked for. */
export function throughputOf(type: 'io1' | 'io2', iops: number): number {
  if (type === 'io2') return Math.min(LIMITS.io2.throughputMib.max, Math.floor(iops * IO2_MIB_PER_IOPS));
  const below = Math.min(IO1.flatMib, Math.floor(iops / IO1.perMib));
  return Math.max(below, iops > IO1.flatIops ? Math.floor(iops / IO1.perMibAbove) : 0);
}

/** The fewest IOPS that bring this throughput; more than the type has where it never gives so much. */
export function iopsFor(type: 'gp3' | 'io1' | 'io2', throughputMib: number): number {
  if (type === 'gp3') return Math.ceil(throughputMib * 4);
  if (type === 'io2') return Math.ceil((Math.ceil(throughputMib) * 1_000) / 256);
  const perMib = throughputMib <= IO1.flatMib ? IO1.perMib : IO1.perMibAbove;
  return Math.ceil(throughputMib) * perMib;
}

/**
 * What a volume is provisioned for, from what EC2 says of it: for most types it leaves the throughput out. Undefined
 * where a figure is missing that does not follow from the others.
 */
export function performanceOf(volume: {
  type: VolumeType;
  sizeGib: number;
  iops?: number;
  throughputMib?: number;
}): Performance | undefined {
  const { type, sizeGib, iops, throughputMib } = volume;
  const sized = sizedPerformance(type, sizeGib);
  if (sized !== undefined) {
    return { type, sizeGib, iops: sized.iops, throughputMib: sized.throughputMib };
  }
  if (iops === undefined) return undefined;
  const given = type === 'io1' || type === 'io2' ? throughputOf(type, iops) : throughputMib;
  return given === undefined ? undefined : { type, sizeGib, iops, throughputMib: given };
}

/** The least a volume of the type has, whatever its size; of gp3 it is in the price of the size. */
export function baseOf(type: VolumeType): Figures {
  const { iops, throughputMib } = LIMITS[type];
  return { iops: iops.min, throughputMib: throughputMib.min };
}
