import { DAY_MS, type EpochMs, HOUR_MS, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord, StepState } from '../../../shared/incident/incident.ts';
import type { OutcomeKind, PlanEnd } from '../../../shared/incident/plan.ts';
import type { StepBack } from '../decide/decision.ts';
import type { Input } from '../input.ts';
import { madeOf, uncompleted } from './after.ts';
import { loweringRecords, type Proposed } from './change-step.ts';

/** Nothing presses, and an alarm wakes the run. */
const LOOK_EVERY_MS = HOUR_MS;
/** A read may fail for a while, a modification end: as long as an answer may take. The sweep finds the volume again. */
const PATIENCE_MS = DAY_MS;
const AGAIN_MS = 30 * MINUTE_MS;

const ENDINGS: Partial<Record<StepState, OutcomeKind>> = {
  failed: 'escalated',
  denied: 'denied',
  expired: 'expired',
  refused: 'refused',
  observed: 'observed',
};

/** What comes after a look at a volume that may be stepped back, or after its step. */
export function afterLowering(input: Input, decision: StepBack, { steps, reasons }: Proposed): PlanEnd {
  const { now } = input;
  const last = loweringRecords(input).findLast(({ state }) => state === 'done' || ENDINGS[state]);
  if (last?.state === 'done') return followed(input, last);
  const kind = last && ENDINGS[last.state];
  if (last !== undefined && kind !== undefined) return end(kind, 'It was not stepped back.', said(last));
  if (steps.length > 0) return wait(now + LOOK_EVERY_MS, 'it can be stepped back');
  const until = againAt(input, decision);
  const why = 'why' in decision ? decision.why : (reasons[0] ?? 'nothing can be done');
  if (until !== undefined) return wait(until, why);
  return end('ignored', 'It is not stepped back now.', `${why}. Nothing was changed.`);
}

/** Undefined: waiting does not help, or has not helped. */
function againAt({ facts, incident, now }: Input, decision: StepBack): EpochMs | undefined {
  const { volume, modification, changes, claim, longUse } = facts;
  const read = [volume, modification, changes, claim, longUse?.quietSince, longUse?.p99];
  const at = decision.decision === 'wait' ? decision.until : now;
  const mayPass = at > now || read.some((fact) => fact?.known === false);
  const until = Math.max(at, now + AGAIN_MS);
  return mayPass && until <= incident.openedAt + PATIENCE_MS ? until : undefined;
}

function followed({ facts, now }: Input, done: StepRecord): PlanEnd {
  const changedAt = done.endedAt ?? now;
  const { modification } = facts;
  // Never modified: it was so already.
  const isNever = modification.known && modification.value === null;
  const { state, why } = isNever ? { state: 'completed' } : madeOf(facts, changedAt);
  if (state === 'failed')
    return end('escalated', `Stepping back failed after EC2 had taken it: ${why}.`, said(done));
  if (state !== 'completed') return uncompleted(now, changedAt, done);
  return end('fixed', 'It was stepped back, and EC2 has completed the modification.', said(done));
}

function said({ step, state, decision, summary, endedAt }: StepRecord): string {
  const at = endedAt === undefined ? '' : ` at ${isoTime(endedAt)}`;
  const result = summary === undefined ? '' : `: ${summary}`;
  return `${step.reason}. ${state}${at} (${decision})${result}.`;
}

function wait(at: EpochMs, why: string): PlanEnd {
  return { do: 'wait', at, why };
}

function end(kind: OutcomeKind, text: string, more: string): PlanEnd {
  return { do: 'close', outcome: { kind, summary: `${text} ${more}`, details: [] } };
}
