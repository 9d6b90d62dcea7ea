import type { Performance } from '../volume.ts';
import { whyInvalid } from './check.ts';
import { performanceOf } from './performance.ts';
import {
  GP3_MIB_PER_IOPS,
  limitsOf,
  maxIopsOf,
  NON_NITRO_IOPS,
  type Range,
  type VolumeUse,
} from './table.ts';

/**
 * The nearest performance that EBS gives a volume of this type and size, in whole numbers: throughput gives way to the
 * ratio. Undefined where no performance is possible: the size is none of the type's, or a root volume would be st1.
 */
export function clampTo(wanted: Performance, use: VolumeUse = {}): Performance | undefined {
  const { type, sizeGib } = wanted;
  const limits = limitsOf(type, use);
  const nitro = use.instance?.nitro === false ? NON_NITRO_IOPS : Number.POSITIVE_INFINITY;
  const most = Math.min(maxIopsOf(type, sizeGib, use), nitro);
  const iops = within(wanted.iops, { min: limits.iops.min, max: most });
  const throughputMib = within(wanted.throughputMib, {
    min: limits.throughputMib.min,
    max: Math.min(limits.throughputMib.max, Math.floor(iops * GP3_MIB_PER_IOPS)),
  });
  const clamped = performanceOf({ type, sizeGib, iops, throughputMib });
  return clamped !== undefined && whyInvalid(clamped, use) === undefined ? clamped : undefined;
}

function within(value: number, { min, max }: Range): number {
  const bounded = Math.min(max, Math.max(min, value));
  return Number.isNaN(bounded) ? min : Math.floor(bounded);
}
