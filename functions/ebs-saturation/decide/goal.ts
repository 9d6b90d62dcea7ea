import { type Figures, gp2Performance, iopsFor, throughputOf } from '../limits/performance.ts';
import { LIMITS } from '../limits/table.ts';
import type { Performance } from '../volume.ts';
import type { Bounds } from './bounds.ts';
import type { Shortage } from './input.ts';

/** Four changes a day: smaller ones are not worth one of them. */
const LEAST_RAISE: Figures = { iops: 1_000, throughputMib: 50 };
/** Binary fractions such as 1.1 × 100 = 110.00000000000001 are not 111. */
const ROUNDING = 1e-6;

export interface Goal {
  to: Performance;
  reasons: string[];
}

/** What a volume is as one that can be provisioned: gp2 as the gp3 that is never slower, bursts of MiB/s included. */
export function provisionable(current: Performance): Performance {
  const { type, sizeGib } = current;
  if (type !== 'gp2') return current;
  const { iops, throughputMib, burst } = gp2Performance(sizeGib);
  const base = LIMITS.gp3;
  return {
    type: 'gp3',
    sizeGib,
    iops: Math.max(base.iops.min, iops, current.iops),
    throughputMib: Math.max(
      base.throughputMib.min,
      burst.throughputMib,
      throughputMib,
      current.throughputMib,
    ),
  };
}

/** One step up in what is short, within the bounds. Never lower than `start` in anything. */
export function goalOf(
  { from, start, bounds }: { from: Performance; start: Performance; bounds: Bounds },
  short: Shortage,
  step: number,
): Goal {
  const want = (figure: keyof Figures): number => {
    const most = bounds[figure].value;
    const wanted = raised(figure, loadOf(from, short, figure), step);
    return Math.max(start[figure], Math.min(most, wanted));
  };
  const iops = short.what === 'throughput' ? start.iops : want('iops');
  const throughputMib = short.what === 'iops' ? start.throughputMib : want('throughputMib');
  const wanted = { ...start, iops, throughputMib };
  return start.type === 'gp3' ? balanced(wanted) : following(wanted, short);
}

/** What the step counts from: what it has, or of gp2 what it used in bursts. */
function loadOf(from: Performance, { used }: Shortage, figure: keyof Figures): number {
  if (from.type !== 'gp2' || !used.known) return from[figure];
  const { burst } = gp2Performance(from.sizeGib);
  const seen = Math.min(used.value[figure].p95, burst[figure]);
  return seen > from[figure] ? seen : from[figure];
}

function raised(figure: keyof Figures, load: number, step: number): number {
  return Math.ceil(Math.max(load * step - ROUNDING, load + LEAST_RAISE[figure]));
}

/** gp3: 0.25 MiB/s for each IOPS. The bound of the throughput is one that the bound of the IOPS can carry. */
function balanced(wanted: Performance): Goal {
  const needed = iopsFor('gp3', wanted.throughputMib);
  if (needed <= wanted.iops) return { to: wanted, reasons: [] };
  const why = `${wanted.throughputMib} MiB/s of gp3 need ${needed} IOPS: they are raised too`;
  return { to: { ...wanted, iops: needed }, reasons: [why] };
}

/** io1 and io2: throughput comes with the IOPS, and so does its bound. */
function following(wanted: Performance, short: Shortage): Goal {
  const { type } = wanted;
  if (type !== 'io1' && type !== 'io2') return { to: wanted, reasons: [] };
  const needed = short.what === 'iops' ? 0 : iopsFor(type, wanted.throughputMib);
  const iops = Math.max(wanted.iops, needed);
  const to = { ...wanted, iops, throughputMib: throughputOf(type, iops) };
  const why = `${to.throughputMib} MiB/s of ${type} come with ${iops} IOPS: they are raised for it`;
  return { to, reasons: iops > wanted.iops ? [why] : [] };
}
