import { DAY_MS, type EpochMs, HOUR_MS, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Outcome, PlanEnd } from '../../../shared/incident/plan.ts';
import { type Better, isBetter } from '../diagnose/better.ts';
import type { Input } from '../input.ts';
import { type Standing, standingIn } from '../standing.ts';
import { deletedText } from '../told/alarms.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** CloudWatch's minutes come late, and a volume takes time to be what it was made. */
const JUDGE_AFTER_MS = 15 * MINUTE_MS;
const JUDGE_UNTIL_MS = 2 * HOUR_MS;
/** EC2 may optimise for a day; its events tell sooner. */
const FOLLOW_EVERY_MS = 30 * MINUTE_MS;
const FOLLOW_UNTIL_MS = 7 * DAY_MS;

/**
 * What comes of a change that was made: followed until EC2 has completed it and the metric says whether it helped. While
 * an alarm is in ALARM nothing is fixed, whatever the metric says.
 */
export function afterChange(input: Input, done: StepRecord): PlanEnd {
  const { facts, now } = input;
  const changedAt = done.endedAt ?? now;
  const { state, why } = madeOf(facts, changedAt);
  if (state === 'failed')
    return end('escalated', `The modification failed after it had been taken: ${why}.`, done);
  if (now < changedAt + JUDGE_AFTER_MS)
    return wait(changedAt + JUDGE_AFTER_MS, 'the metric has to show whether it helped');
  const better = isBetter(facts.before ?? facts.measured, facts.measured, changedAt);
  const standing = standingIn(input);
  const isWell = better === 'yes' && standing.firing.length === 0;
  if (!isWell && now < changedAt + JUDGE_UNTIL_MS) {
    const ringing = standing.firing.length === 0 ? '' : `, in ALARM: ${standing.firing.join(', ')}`;
    return wait(now + LOOK_EVERY_MS, `better by the metric: ${better}${ringing}`);
  }
  const isCompleted = state === 'completed';
  const unwell = whyUnwell(better, standing, isCompleted);
  if (unwell !== undefined) return end('escalated', unwell, done);
  if (!isCompleted) return uncompleted(now, changedAt, done);
  if (isWell)
    return end('fixed', 'It is better by the metric, and EC2 has completed the modification.', done);
  const cleared = deletedText(standing.deleted) ?? 'The alarm has cleared';
  const alarm = standing.isUnclear ? 'The alarm has no data any more' : cleared;
  return end('mitigated', `${alarm}; whether the change did it cannot be told by the metric.`, done);
}

function whyUnwell(better: Better, { firing }: Standing, isCompleted: boolean): string | undefined {
  if (better === 'no') {
    const why = isCompleted
      ? 'something else limits it'
      : 'EC2 has not completed the modification, and its new figures may not all hold yet';
    return `It is no better by the metric: ${why}.`;
  }
  if (firing.length === 0) return undefined;
  const said = better === 'yes' ? 'It is better by the metric, but' : 'Whether it helped cannot be told, and';
  return `${said} ${firing.join(', ')} is in ALARM still.`;
}

/** EC2 tells of the latest modification alone: one begun later, by somebody else, says that ours was completed. */
export function madeOf(
  { modification }: Input['facts'],
  changedAt: EpochMs,
): { state: string; why?: string } {
  if (!modification.known || modification.value === null) return { state: 'unknown' };
  const { state, startedAt, statusMessage } = modification.value;
  if (startedAt > changedAt) return { state: 'completed' };
  return { state, why: statusMessage ?? 'EC2 gives no reason' };
}

export function uncompleted(now: EpochMs, changedAt: EpochMs, done: StepRecord): PlanEnd {
  if (now < changedAt + FOLLOW_UNTIL_MS)
    return wait(now + FOLLOW_EVERY_MS, 'EC2 has not completed the modification');
  return end('escalated', 'For a week EC2 was not seen to complete the modification.', done);
}

function wait(at: EpochMs, why: string): PlanEnd {
  return { do: 'wait', at, why };
}

function end(kind: Outcome['kind'], text: string, { summary, decision, endedAt }: StepRecord): PlanEnd {
  const at = endedAt === undefined ? '' : ` at ${isoTime(endedAt)}`;
  const done = `Changed${at} (${decision}): ${summary ?? 'done'}.`;
  return { do: 'close', outcome: { kind, summary: `${text} ${done}`, details: [] } };
}
