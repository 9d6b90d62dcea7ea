import type { Performance } from '../volume.ts';
import { sizedPerformance, throughputOf } from './performance.ts';
import {
  GP3_MIB_PER_IOPS,
  limitsOf,
  maxIopsOf,
  NON_NITRO_IOPS,
  type Range,
  type VolumeUse,
} from './table.ts';

/** Why EBS would refuse such a volume, or the instance could not use it: one sentence. Undefined: it may be. */
export function whyInvalid(performance: Performance, use: VolumeUse = {}): string | undefined {
  return (
    whyNotThere(performance, use) ??
    whyNotOfSize(performance, use) ??
    (sizedPerformance(performance.type, performance.sizeGib) === undefined
      ? whyNotProvisioned(performance, use)
      : whyNotSized(performance))
  );
}

function whyNotThere({ type }: Performance, use: VolumeUse): string | undefined {
  const { boot, multiAttach } = limitsOf(type);
  if (use.boot === true && !boot) return `a root volume cannot be ${type}`;
  if (use.multiAttach === true && !multiAttach) return `${type} has no Multi-Attach, only io1 and io2 do`;
  return undefined;
}

function whyNotOfSize({ type, sizeGib }: Performance, use: VolumeUse): string | undefined {
  return outside(`GiB of ${type}`, sizeGib, limitsOf(type, use).sizeGib);
}

function whyNotProvisioned({ type, sizeGib, iops, throughputMib }: Performance, use: VolumeUse) {
  const limits = limitsOf(type, use);
  const most = maxIopsOf(type, sizeGib, use);
  const found = outside(`IOPS of ${type}`, iops, limits.iops);
  if (found !== undefined) return found;
  if (iops > most) {
    return `${iops} IOPS are too many for ${sizeGib} GiB of ${type}: at most ${limits.iopsPerGib} for each GiB, ${most}`;
  }
  if (use.instance?.nitro === false && iops > NON_NITRO_IOPS) {
    return `${use.instance.instanceType} is not built on Nitro and gets ${NON_NITRO_IOPS} IOPS at most out of one volume, not ${iops}`;
  }
  return whyNotThroughput({ type, sizeGib, iops, throughputMib }, use);
}

function whyNotThroughput({ type, iops, throughputMib }: Performance, use: VolumeUse): string | undefined {
  if (type === 'io1' || type === 'io2') {
    const most = throughputOf(type, iops);
    // EC2's figures may have fractions, ours are cut to whole MiB/s.
    const isMore = throughputMib >= most + 1;
    return isMore || !(throughputMib > 0)
      ? tooMuch(throughputMib, `${iops} IOPS of ${type}`, most)
      : undefined;
  }
  const found = outside(`MiB/s of ${type}`, throughputMib, limitsOf(type, use).throughputMib);
  if (found !== undefined) return found;
  const most = Math.floor(iops * GP3_MIB_PER_IOPS);
  return throughputMib > most ? tooMuch(throughputMib, `${iops} IOPS of ${type}`, most) : undefined;
}

/** What follows from the size cannot be more. */
function whyNotSized({ type, sizeGib, iops, throughputMib }: Performance): string | undefined {
  const sized = sizedPerformance(type, sizeGib);
  if (sized === undefined) return undefined;
  const what = `${sizeGib} GiB of ${type}`;
  if (!(iops > 0 && iops <= sized.iops)) return `${iops} IOPS are not those of ${what}: ${sized.iops}`;
  const most = sized.burst.throughputMib;
  return throughputMib > 0 && throughputMib <= most ? undefined : tooMuch(throughputMib, what, most);
}

function tooMuch(throughputMib: number, what: string, most: number): string {
  return `${throughputMib} MiB/s are not possible with ${what}: at most ${most}`;
}

function outside(what: string, value: number, { min, max }: Range): string | undefined {
  if (Number.isInteger(value) && value >= min && value <= max) return undefined;
  return `${what} are whole numbers from ${min} to ${max}, not ${value}`;
}
