import { sizedPerformance } from '../limits/performance.ts';
import type { Resource } from '../measure/used.ts';
import type { Performance, VolumeType } from '../volume.ts';

/** What a volume gives with credits in its bucket, and what it gives always; the same where it has no bucket. */
export interface VolumeLimit {
  always: number;
  withCredits: number;
}

const FIGURE = { iops: 'iops', throughput: 'throughputMib' } as const;
const DISKS: readonly VolumeType[] = ['st1', 'sc1'];

/**
 * Undefined where use cannot be held against a figure: `standard` has none, and st1 and sc1 count neighbouring
 * operations as one.
 */
export function limitOf(performance: Performance, resource: Resource): VolumeLimit | undefined {
  const { type, sizeGib } = performance;
  const always = performance[FIGURE[resource]];
  const isDiskIops = DISKS.includes(type) && resource === 'iops';
  if (type === 'standard' || isDiskIops || !(always > 0)) return undefined;
  const burst = sizedPerformance(type, sizeGib)?.burst[FIGURE[resource]] ?? 0;
  return { always, withCredits: burst > always ? burst : always };
}

/** What its credits pay for; undefined where it needs none. */
export function creditedOf(performance: Performance): Resource | undefined {
  const resource = performance.type === 'gp2' ? 'iops' : 'throughput';
  const limit = limitOf(performance, resource);
  return limit !== undefined && limit.withCredits > limit.always ? resource : undefined;
}
