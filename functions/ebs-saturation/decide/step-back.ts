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
import { managedNote, whyNotOurs } from './supported.ts';

export interface StepBackInput extends VolumeNow {
  /** What it was before the first change Paramedic made. */
  original: Performance;
  /** What Paramedic made of it last. */
  ours: Performance;
  /** Since when it was short of nothing. */
  quietSince: Fact<EpochMs>;
  /** Of all minutes since then. */
  p99: Fact<Figures>;
  /** With less than this some of those minutes would not have been quiet ones. */
  quietWith: Fact<Figures>;
}

/** Above what it used in all but one of a hundred minutes. */
const SPARE = 1.3;
/** Until six hours after a step back no alarm is answered: less than this in both is not worth it. */
const LEAST_BACK: Figures = { iops: 500, throughputMib: 25 };

/** Whether to give back what is not needed any more. Total: whatever is unknown leaves the volume as it is. */
export function stepBack(input: StepBackInput): StepBack {
  const { current, original, policy, modifications, now, managed, p99, quietWith } = input;
  const reasons: string[] = [];
  const why = whyNot(input);
  if (why !== undefined) return { decision: 'nothing', why, reasons };
  const early = whyRunning(modifications, now) ?? whyTooEarly(input);
  if (early !== undefined) return { decision: 'wait', reasons, ...early };
  if (!p99.known) return { decision: 'nothing', why: `its use is unknown: ${p99.why}`, reasons };
  if (!quietWith.known) return { decision: 'nothing', why: `its use is unknown: ${quietWith.why}`, reasons };
  if (!managed.known)
    return { decision: 'nothing', why: `who manages it is unknown: ${managed.why}`, reasons };
  const was = provisionable(original);
  const to = loweredTo(current, was, (figure) => neededOf(p99.value[figure], quietWith.value[figure]));
  const few = whyTooFew(current, to, was);
  if (few !== undefined) return { decision: 'nothing', why: few, reasons };
  const invalid = whyInvalid(to, { gp3: policy.gp3, boot: input.boot, multiAttach: input.multiAttach });
  if (invalid !== undefined) return { decision: 'nothing', why: invalid, reasons };
  const hold = whyTooMany(modifications, now);
  if (hold !== undefined) return { decision: 'wait', reasons, ...hold };
  const { via, note } = managedNote(managed.value, to);
  const change = { from: current, to, cost: costChange({ from: current, to }, input.prices) };
  return { decision: 'lower', via, ...change, reasons: [costText(change.cost), ...note] };
}

function whyNot(input: StepBackInput): string | undefined {
  const { current, original, ours, policy, boot } = input;
  if (!policy.stepBack.enabled) return 'the config does not step back';
  const notOurs = whyNotOurs(input);
  if (notOurs !== undefined) return notOurs;
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
 * Not below what it was, what its type has at least, nor what is needed of it. gp3 keeps the IOPS its throughput needs: never
 * more than it has, because it is valid as it is.
 */
function loweredTo(
  current: Performance,
  was: Performance,
  needed: (figure: keyof Figures) => number,
): Performance {
  const { type } = current;
  const keep = (figure: keyof Figures) =>
    Math.min(current[figure], Math.max(was[figure], LIMITS[type][figure].min, needed(figure)));
  const iops = keep('iops');
  if (type === 'io1' || type === 'io2') {
    const forThroughput = iopsFor(type, Math.max(1, needed('throughputMib')));
    const kept = Math.min(current.iops, Math.max(iops, forThroughput));
    return { ...current, iops: kept, throughputMib: throughputOf(type, kept) };
  }
  const throughputMib = keep('throughputMib');
  return { ...current, iops: Math.max(iops, iopsFor('gp3', throughputMib)), throughputMib };
}

/** What was not measured is needed in full. */
function neededOf(p99: number, quietWith: number): number {
  const isKnown = p99 >= 0 && quietWith >= 0;
  return isKnown ? Math.ceil(Math.max(p99 * SPARE, quietWith)) : Number.POSITIVE_INFINITY;
}

/** All that was given is given back, however little it was. */
function whyTooFew(current: Performance, to: Performance, was: Performance): string | undefined {
  const back = (figure: keyof Figures) => current[figure] - to[figure];
  const [iops, throughputMib] = [back('iops'), back('throughputMib')];
  if (iops <= 0 && throughputMib <= 0) return 'it uses what it was given';
  const isWorth = iops >= LEAST_BACK.iops || throughputMib >= LEAST_BACK.throughputMib || isSame(to, was);
  return isWorth ? undefined : `it uses what it was given, but for ${iops} IOPS and ${throughputMib} MiB/s`;
}

function isSame(a: Performance, b: Performance): boolean {
  // A size that grew meanwhile changes nothing here.
  return (['type', 'iops', 'throughputMib'] as const).every((figure) => a[figure] === b[figure]);
}
