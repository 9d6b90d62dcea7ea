import { type Figures, throughputOf } from '../limits/performance.ts';
import { LIMITS, maxIopsOf, NON_NITRO_IOPS } from '../limits/table.ts';
import type { Performance } from '../volume.ts';
import type { DecisionInput, Host } from './input.ts';

/** What stands in the way first. */
export interface Bound {
  value: number;
  by: 'type' | 'instance' | 'ceiling';
  /** For people. */
  said: string;
}

export interface Bounds {
  iops: Bound;
  throughputMib: Bound;
}

/** How far a volume of this type can be raised, and what bounds it. `from`: as it is, already of the new type. */
export function boundsOf(from: Performance, input: DecisionInput, host: Host): Bounds {
  const iops = lowest(typeIops(from, input), ...hostIops(host), ceilingIops(input));
  const throughput = typeThroughput(from, input, iops);
  return { iops, throughputMib: lowest(throughput, ...hostThroughput(host), ceilingThroughput(input)) };
}

/** Of equals the first: a type's limit is the last word, a ceiling of the config can be moved. */
function lowest(first: Bound, ...others: readonly Bound[]): Bound {
  return others.reduce((least, each) => (each.value < least.value ? each : least), first);
}

function typeIops({ type, sizeGib }: Performance, { policy }: DecisionInput): Bound {
  const value = maxIopsOf(type, sizeGib, { gp3: policy.gp3 });
  return { value, by: 'type', said: `${type} of ${sizeGib} GiB has at most ${value} IOPS` };
}

function typeThroughput({ type, iops }: Performance, { policy }: DecisionInput, most: Bound): Bound {
  if (type === 'io1' || type === 'io2') {
    // Up to 32,000 IOPS, more IOPS bring io1 no throughput beyond 500 MiB/s: many times the price for nothing.
    const reach =
      type === 'io1' && iops <= NON_NITRO_IOPS ? Math.min(most.value, NON_NITRO_IOPS) : most.value;
    const value = throughputOf(type, reach);
    if (reach === most.value) return { value, by: most.by, said: `${value} MiB/s of ${type}: ${most.said}` };
    return { value, by: 'type', said: `io1 has at most ${value} MiB/s up to ${reach} IOPS` };
  }
  const value = Math.min(LIMITS.gp3.throughputMib.max, policy.gp3.maxThroughputMib);
  // The IOPS it has carry throughput also where there may be no more of them.
  const ofIops = Math.floor(Math.max(most.value, iops) / 4);
  if (ofIops < value) return { ...most, value: ofIops, said: `${ofIops} MiB/s of gp3: ${most.said}` };
  return { value, by: 'type', said: `${type} has at most ${value} MiB/s here` };
}

function ceilingIops({ policy: { ceiling } }: DecisionInput): Bound {
  return { value: ceiling.iops, by: 'ceiling', said: `the config stops at ${ceiling.iops} IOPS` };
}

function ceilingThroughput({ policy: { ceiling } }: DecisionInput): Bound {
  const value = ceiling.throughputMib;
  return { value, by: 'ceiling', said: `the config stops at ${value} MiB/s` };
}

function hostIops(host: Host): Bound[] {
  const { instanceType, nitro, baselineIops, maximumIops } = host.ceiling;
  const steady = baselineIops ?? maximumIops;
  const single: Bound = {
    value: NON_NITRO_IOPS,
    by: 'instance',
    said: `${instanceType} is not built on Nitro: ${NON_NITRO_IOPS} IOPS at most out of one volume`,
  };
  const shared = steady === undefined ? [] : [room(host, 'iops', steady, maximumIops)];
  return [...shared, ...(nitro ? [] : [single])];
}

function hostThroughput(host: Host): Bound[] {
  const { baselineThroughputMib, maximumThroughputMib } = host.ceiling;
  const steady = baselineThroughputMib ?? maximumThroughputMib;
  return steady === undefined ? [] : [room(host, 'throughputMib', steady, maximumThroughputMib)];
}

/** Bursts of an instance end after half an hour: what it sustains counts. */
function room(host: Host, figure: keyof Figures, steady: number, maximum: number | undefined): Bound {
  const unit = figure === 'iops' ? 'IOPS' : 'MiB/s';
  const taken = host.others[figure];
  const value = Math.max(0, Math.floor(steady - taken));
  const burst = maximum !== undefined && maximum > steady ? ` (${maximum} in bursts)` : '';
  const { instanceType } = host.ceiling;
  const said = `${instanceType} sustains ${steady} ${unit}${burst}, its other volumes have ${taken}: ${value} are left`;
  return { value: Number.isNaN(value) ? 0 : value, by: 'instance', said };
}
