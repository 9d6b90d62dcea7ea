import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { whyInvalid } from '../limits/check.ts';
import { type Figures, iopsFor, throughputOf } from '../limits/performance.ts';
import { LIMITS } from '../limits/table.ts';
import { costChange, costText } from '../price/cost.ts';
import type { Performance } from '../volume.ts';
import type { StepBack } from './decision.ts';
import { provisionable } from './goal.ts';
import type { VolumeNow } from './input.ts';
import { type Hold, whyRunning, whyTooMany } from './modifications.ts';
import { managedNote } from './supported.ts';

export interface StepBackInput extends VolumeNow {
  /** What it was before the first change Paramedic made. */
  original: Performance;
  /** What Paramedic made of it last. */
  ours: Performance;
  /** Since when it was short of nothing. */
  quietSince: Fact<EpochMs>;
  /** Of all minutes since then. */
  p99: Fact<Figures>;
}

/** Above what it used in all but one of a hundred minutes. */
const SPARE = 1.3;

/** Whether to give back what is not needed any more. Total: whatever is unknown leaves the volume as it is. */
export function stepBack(input: StepBackInput): StepBack {
  const { current, original, policy, modifications, now, managed } = input;
  const reasons: string[] = [];
  const why = whyNot(input);
  if (why !== undefined) return { decision: 'nothing', why, reasons };
  const early = whyRunning(modifications, now) ?? whyTooEarly(input);
  if (early !== undefined) return { decision: 'wait', reasons, ...early };
  if (!input.p99.known) return { decision: 'nothing', why: `its use is unknown: ${input.p99.why}`, reasons };
  if (!managed.known)
    return { decision: 'nothing', why: `who manages it is unknown: ${managed.why}`, reasons };
  const to = loweredTo(current, provisionable(original), input.p99.value);
  const isLess = to.iops < current.iops || to.throughputMib < current.throughputMib;
  if (!isLess) return { decision: 'nothing', why: 'it uses what it was given', reasons };
  const invalid = whyInvalid(to, { gp3: policy.gp3, boot: input.boot, multiAttach: input.multiAttach });
  if (invalid !== undefined) return { decision: 'nothing', why: invalid, reasons };
  const hold = whyTooMany(modifications, now);
  if (hold !== undefined) return { decision: 'wait', reasons, ...hold };
  const { via, note } = managedNote(managed.value, to);
  const change = { from: current, to, cost: costChange({ from: current, to }, input.prices) };
  return { decision: 'lower', via, ...change, reasons: [costText(change.cost), ...note] };
}

function whyNot({ current, original, ours, policy, boot, multiAttach }: StepBackInput): string | undefined {
  if (!policy.stepBack.enabled) return 'the config does not step back';
  if (multiAttach) return 'it is attached to several instances';
  if (!isSame(current, ours)) return 'somebody changed it after Paramedic did';
  if (LIMITS[current.type].settable.length === 0) return `${current.type} is not provisioned`;
  if (provisionable(original).type !== current.type) return 'it was of another type';
  return whyInvalid(current, { gp3: policy.gp3, boot });
}

function whyTooEarly({ quietSince, policy, now }: StepBackInput): Hold | undefined {
  const { quietFor } = policy.stepBack;
  if (!quietSince.known) {
    return { until: now + quietFor, why: `since when it is quiet is unknown: ${quietSince.why}` };
  }
  const until = quietSince.value + quietFor;
  if (until <= now) return undefined;
  if (!Number.isFinite(until)) return { until: now + quietFor, why: 'since when it is quiet is no time' };
  return { until, why: `quiet for too short a time; until ${isoTime(until)}` };
}

/**
 * Not below what it was, what its type has at least, nor what it uses. gp3 keeps the IOPS its throughput needs: never
 * more than it has, because it is valid as it is.
 */
function loweredTo(current: Performance, was: Performance, p99: Figures): Performance {
  const { type } = current;
  const keep = (figure: keyof Figures) =>
    Math.min(current[figure], Math.max(was[figure], LIMITS[type][figure].min, needed(p99[figure])));
  const iops = keep('iops');
  if (type === 'io1' || type === 'io2') {
    const forThroughput = iopsFor(type, Math.max(1, needed(p99.throughputMib)));
    const kept = Math.min(current.iops, Math.max(iops, forThroughput));
    return { ...current, iops: kept, throughputMib: throughputOf(type, kept) };
  }
  const throughputMib = keep('throughputMib');
  return { ...current, iops: Math.max(iops, iopsFor('gp3', throughputMib)), throughputMib };
}

/** What was not measured is needed in full. */
function needed(p99: number): number {
  return p99 >= 0 ? Math.ceil(p99 * SPARE) : Number.POSITIVE_INFINITY;
}

function isSame(a: Performance, b: Performance): boolean {
  // A size that grew meanwhile changes nothing here.
  return (['type', 'iops', 'throughputMib'] as const).every((figure) => a[figure] === b[figure]);
}
