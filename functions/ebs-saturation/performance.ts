import type { VolumePerformance } from '../../shared/ports/volumes.ts';
import { performanceOf } from './limits/performance.ts';
import type { Performance, VolumeType } from './volume.ts';

const TYPES: readonly string[] = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'];

/** What a volume is provisioned for; undefined for a type that is newer than this code, or with a figure missing. */
export function provisionedFor(volume: VolumePerformance): Performance | undefined {
  const { type, sizeGib, iops, throughputMib } = volume;
  if (!isKnown(type) || sizeGib === undefined) return undefined;
  return performanceOf({
    type,
    sizeGib,
    ...(iops !== undefined && { iops }),
    ...(throughputMib !== undefined && { throughputMib }),
  });
}

function isKnown(type: string): type is VolumeType {
  return TYPES.includes(type);
}

/** Whole figures: EC2 leaves out what follows from the type. */
export function isSame(left: Performance | undefined, right: Performance): boolean {
  if (left?.type !== right.type || left.iops !== right.iops) return false;
  return Math.round(left.throughputMib) === Math.round(right.throughputMib);
}
