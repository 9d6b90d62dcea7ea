import { type EpochMs, HOUR_MS, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Outcome, PlanEnd } from '../../../shared/incident/plan.ts';
import { isBetter } from '../diagnose/better.ts';
import type { Input } from '../input.ts';
import { standingOf } from '../standing.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** CloudWatch's minutes come late, and a volume takes time to be what it was made. */
const JUDGE_AFTER_MS = 15 * MINUTE_MS;
const JUDGE_UNTIL_MS = 2 * HOUR_MS;
/** EC2 may optimise for a day; its events tell sooner. */
const FOLLOW_EVERY_MS = 30 * MINUTE_MS;

/** What comes of a change that was made: followed until EC2 has completed it and the metric says whether it helped. */
export function afterChange(input: Input, done: StepRecord): PlanEnd {
  const { facts, now, incident } = input;
  const changedAt = done.endedAt ?? now;
  const { modification, measured } = facts;
  if (modification.known && modification.value?.state === 'failed') {
    const why = modification.value.statusMessage ?? 'EC2 gives no reason';
    return end('escalated', `The modification failed after it had been taken: ${why}.`, done);
  }
  const better = isBetter(measured, measured, changedAt);
  const { firing } = standingOf(incident.signals);
  if (now < changedAt + JUDGE_AFTER_MS)
    return wait(changedAt + JUDGE_AFTER_MS, 'the metric has to show whether it helped');
  if (better === 'no' && now >= changedAt + JUDGE_UNTIL_MS) {
    return end('escalated', 'It is no better by the metric: something else limits it.', done);
  }
  if (better !== 'yes' && now < changedAt + JUDGE_UNTIL_MS) {
    return wait(now + LOOK_EVERY_MS, `better by the metric: ${better}`);
  }
  if (better === 'unknown' && firing.length > 0) {
    return end(
      'escalated',
      `Whether it helped cannot be told, and ${firing.join(', ')} is in ALARM still.`,
      done,
    );
  }
  const isCompleted = modification.known && modification.value?.state === 'completed';
  if (!isCompleted) return wait(now + FOLLOW_EVERY_MS, 'EC2 has not completed the modification');
  return better === 'yes'
    ? end('fixed', 'It is better by the metric, and EC2 has completed the modification.', done)
    : end(
        'mitigated',
        'The alarm has cleared; whether the change did it cannot be told by the metric.',
        done,
      );
}

function wait(at: EpochMs, why: string): PlanEnd {
  return { do: 'wait', at, why };
}

function end(kind: Outcome['kind'], text: string, { summary, decision, endedAt }: StepRecord): PlanEnd {
  const at = endedAt === undefined ? '' : ` at ${isoTime(endedAt)}`;
  const done = `Changed${at} (${decision}): ${summary ?? 'done'}.`;
  return { do: 'close', outcome: { kind, summary: `${text} ${done}`, details: [] } };
}
