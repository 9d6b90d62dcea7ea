import type { InstanceCeiling, VolumeType } from '../volume.ts';

/** Both ends included. */
export interface Range {
  min: number;
  max: number;
}

/** What EBS lets a volume of a type be. */
export interface TypeLimits {
  sizeGib: Range;
  iops: Range;
  throughputMib: Range;
  /** Where IOPS can be asked for: so many for each GiB, beyond the least that the type has. */
  iopsPerGib?: number;
  /** What ModifyVolume takes; the rest follows from it, or from the size. */
  settable: readonly ('iops' | 'throughputMib')[];
  /** May be the root volume of an instance. */
  boot: boolean;
  multiAttach: boolean;
}

/** The most that gp3 gives where the volume is; some Regions still have 16,000 IOPS and 1,000 MiB/s. */
export interface Gp3Maxima {
  maxIops: number;
  maxThroughputMib: number;
}

/** Where and how a volume is used; what is left out limits nothing. */
export interface VolumeUse {
  instance?: InstanceCeiling;
  /** It is the root volume of an instance. */
  boot?: boolean;
  multiAttach?: boolean;
  gp3?: Gp3Maxima;
}

/** MiB/s for each IOPS of gp3: 2,000 MiB/s need 8,000 IOPS. */
export const GP3_MIB_PER_IOPS = 0.25;
/** Instances that are not built on Nitro get no more out of one volume. */
export const NON_NITRO_IOPS = 32_000;

export const LIMITS: Readonly<Record<VolumeType, TypeLimits>> = {
  gp3: {
    ...range([1, 65_536], [3_000, 80_000], [125, 2_000]),
    iopsPerGib: 500,
    settable: ['iops', 'throughputMib'],
    boot: true,
    multiAttach: false,
  },
  gp2: {
    ...range([1, 16_384], [100, 16_000], [128, 250]),
    settable: [],
    boot: true,
    multiAttach: false,
  },
  io2: {
    ...range([4, 65_536], [100, 256_000], [25, 4_000]),
    iopsPerGib: 1_000,
    settable: ['iops'],
    boot: true,
    multiAttach: true,
  },
  io1: {
    ...range([4, 16_384], [100, 64_000], [25, 1_000]),
    iopsPerGib: 50,
    settable: ['iops'],
    boot: true,
    multiAttach: true,
  },
  st1: {
    ...range([125, 16_384], [4, 500], [4, 500]),
    settable: [],
    boot: false,
    multiAttach: false,
  },
  sc1: {
    ...range([125, 16_384], [1, 250], [1, 250]),
    settable: [],
    boot: false,
    multiAttach: false,
  },
  standard: {
    ...range([1, 1_024], [40, 200], [40, 90]),
    settable: [],
    boot: true,
    multiAttach: false,
  },
};

function range(size: [number, number], iops: [number, number], throughput: [number, number]) {
  const of = ([min, max]: [number, number]): Range => ({ min, max });
  return { sizeGib: of(size), iops: of(iops), throughputMib: of(throughput) };
}

/** The limits of a type where the volume is. */
export function limitsOf(type: VolumeType, { gp3 }: VolumeUse = {}): TypeLimits {
  const limits = LIMITS[type];
  if (type !== 'gp3' || gp3 === undefined) return limits;
  const { iops, throughputMib } = limits;
  return {
    ...limits,
    iops: { ...iops, max: Math.min(iops.max, gp3.maxIops) },
    throughputMib: { ...throughputMib, max: Math.min(throughputMib.max, gp3.maxThroughputMib) },
  };
}

/** The most IOPS a volume of this type and size can be provisioned for; the instance is not looked at. */
export function maxIopsOf(type: VolumeType, sizeGib: number, use: VolumeUse = {}): number {
  const { iops, iopsPerGib } = limitsOf(type, use);
  if (iopsPerGib === undefined) return iops.max;
  // Also the smallest gp3 volume has its 3,000 IOPS.
  return Math.min(iops.max, Math.max(iops.min, Math.floor(iopsPerGib * sizeGib)));
}
