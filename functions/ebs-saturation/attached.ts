import type { Fact } from '../../shared/fact.ts';
import { limitOf } from './diagnose/limit.ts';
import type { Figures } from './limits/performance.ts';
import type { Resource } from './measure/used.ts';
import type { Performance } from './volume.ts';

/** What CloudWatch shows of one of the volumes of an instance. What was not measured is null, never 0. */
export interface MeasuredUse {
  /** The highest minute of the last three hours, and of the last fifteen minutes. */
  most: Figures | null;
  recent: Figures | null;
  /** Whether AWS's own checks say by now that it is asked for more than it has. */
  short: Record<Resource, boolean | null>;
}

/** A volume of an instance. */
export interface AttachedVolume {
  id: string;
  /** Null: EC2 does not return it, or not what it can do. */
  performance: Performance | null;
  use: Fact<MeasuredUse>;
}

const FIGURE = { iops: 'iops', throughput: 'throughputMib' } as const;

/** What it is short of by its own limits, as far as that was measured. */
export function shortIn({ use }: AttachedVolume): Resource[] {
  return (['iops', 'throughput'] as const).filter((resource) => use.known && use.value.short[resource]);
}

/** Of what it is provisioned for, the highest by now; null: not measured, or nothing to hold it against. */
export function shareOf({ performance, use }: AttachedVolume): number | null {
  const recent = use.known ? use.value.recent : null;
  if (performance === null || recent === null) return null;
  const shares = (['iops', 'throughput'] as const).flatMap((resource) => {
    const limit = limitOf(performance, resource)?.always;
    return limit === undefined ? [] : [recent[FIGURE[resource]] / limit];
  });
  return shares.length === 0 ? null : Math.max(...shares);
}

/** Those that AWS's checks call short, then by the share in use; of what is not known the one with most IOPS. */
export function worstFirst(volumes: readonly AttachedVolume[]): AttachedVolume[] {
  return volumes.toSorted(
    (one, other) =>
      Number(shortIn(other).length > 0) - Number(shortIn(one).length > 0) ||
      (shareOf(other) ?? -1) - (shareOf(one) ?? -1) ||
      (other.performance?.iops ?? 0) - (one.performance?.iops ?? 0),
  );
}
