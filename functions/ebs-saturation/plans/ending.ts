import { type EpochMs, humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { OutcomeKind, PlanEnd } from '../../../shared/incident/plan.ts';
import type { CauseName, Diagnosis } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { standingIn } from '../standing.ts';
import { deletedText } from '../told/alarms.ts';
import { afterChange } from './after.ts';
import { changeRecords, loweringRecords } from './change-step.ts';
import { clearAt, rangFor } from './kept.ts';
import { isLesson } from './lessons.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** An alarm that comes and goes is not over when it goes. */
const RECOVERS_AFTER_MS = 10 * MINUTE_MS;
const NO_DATA_UNTIL_MS = 60 * MINUTE_MS;

/** When it is looked at again, or what came of it. Pure. */
export function endOf(input: Input, diagnosis: Diagnosis): PlanEnd {
  const { incident, now } = input;
  const done = changeRecords(input).find(({ state }) => state === 'done');
  if (done !== undefined) return afterChange(input, done);
  const { firing, changedAt, isUnclear } = standingIn(input);
  const clearSince = clearAt(input);
  if (clearSince !== null && now >= clearSince + RECOVERS_AFTER_MS) return over(input, diagnosis, clearSince);
  if (isUnclear && now >= (changedAt ?? incident.openedAt) + NO_DATA_UNTIL_MS) {
    const summary = `The alarm has no data any more: the volume may be detached, or gone. ${doneText(input) ?? 'Nothing was changed.'}`;
    return { do: 'close', outcome: { kind: 'escalated', summary, details: [] } };
  }
  const why = firing.length > 0 ? `in ALARM: ${firing.join(', ')}` : 'the alarm has to stay clear';
  const at = clearSince === null ? now + LOOK_EVERY_MS : clearSince + RECOVERS_AFTER_MS;
  return { do: 'wait', at: Math.max(now + MINUTE_MS, Math.min(at, now + LOOK_EVERY_MS)), why };
}

const ENDINGS: readonly [string, OutcomeKind][] = [
  ['failed', 'escalated'],
  ['denied', 'denied'],
  ['expired', 'expired'],
  ['refused', 'refused'],
  ['observed', 'observed'],
];

/**
 * An alarm that went by itself comes back where these are the cause: only a person can mend them. Nobody is called for
 * nodes that boot short, which may be many a day: what they would have to be made with has been told.
 */
const STAYS: ReadonlyMap<string, string> = new Map<CauseName, string>([
  ['stalled-io', 'operations on it did not come back'],
  ['instance-limit', 'its instance carries no more'],
  ['instance-burst', 'the bursts of its instance were used up'],
  ['boot-burst', 'nodes boot short with what they are made with'],
]);

function over(input: Input, diagnosis: Diagnosis, since: EpochMs): PlanEnd {
  const records = lastChanges(input);
  const ended = ENDINGS.find(([state]) => records.some((record) => record.state === state));
  const done = doneText(input);
  const cause = rangFor(input, diagnosis)?.cause ?? '';
  const stays = done === undefined ? STAYS.get(cause) : undefined;
  const { deleted: names, isDated } = standingIn(input);
  const deleted = deletedText(names);
  const again =
    deleted === undefined ? 'it will be back' : 'it stays so, and that alarm does not tell of it any more';
  const nothing =
    stays === undefined ? 'Nothing was changed.' : `Nothing was changed, and ${stays}: ${again}.`;
  const dated = `is clear since ${isoTime(since)}, for ${humanDuration(input.now - since)}`;
  const clear = `The alarm ${isDated ? dated : 'is not in ALARM any more; CloudWatch does not say since when'}`;
  const kind = ended?.[1] ?? (stays === undefined || cause === 'boot-burst' ? 'ignored' : 'escalated');
  return { do: 'close', outcome: { kind, summary: `${deleted ?? clear}. ${done ?? nothing}`, details: [] } };
}

/** Undefined: nothing was begun. */
function doneText(input: Input): string | undefined {
  const last = lastChanges(input).at(-1) ?? loweringRecords(input).findLast(({ ran }) => ran === true);
  return last && said(last);
}

function said({ state, step, summary, decision }: StepRecord): string {
  if (state === 'observed') return `Nothing was changed (${decision}). It would have been ${step.reason}.`;
  return `${step.action}: ${summary ?? decision}.`;
}

/** What came of the smaller step is what came of it. */
function lastChanges(input: Input): ReturnType<typeof changeRecords> {
  const all = changeRecords(input);
  const later = all.filter((record) => !isLesson(record));
  return later.length > 0 ? later : all;
}
