import { type EpochMs, HOUR_MS, humanDuration, isoTime } from '../../../shared/clock.ts';
import type { PlanEnd } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { standingIn } from '../standing.ts';
import { unreadIn } from '../told/alarms.ts';
import { changeRecords } from './change-step.ts';

/** Longer than anything that is waited for: an answer, or room among the modifications of 24 hours. */
const OUTLIVED_AFTER_MS = 36 * HOUR_MS;

/**
 * The end of an incident in which nothing happens any more: no alarm changed its state, and nobody did anything. It is told
 * to a person; the next ALARM opens another. Undefined: it has not come to that, or a change is followed. Pure.
 */
export function outlived(input: Input): PlanEnd | undefined {
  const { incident, now } = input;
  const isFollowed =
    incident.records.some(({ state }) => state === 'running') ||
    changeRecords(input).some(({ state }) => state === 'done');
  const since = lastChange(input);
  if (isFollowed || now < since + OUTLIVED_AFTER_MS) return undefined;
  const { firing } = standingIn(input);
  const why = unreadIn(input);
  const unread = why === undefined ? '' : `, as far as is known (${why})`;
  const alarms =
    firing.length > 0 ? `${firing.join(', ')} is in ALARM still${unread}` : 'no alarm is in ALARM';
  const last = changeRecords(input).at(-1);
  const done = last === undefined ? 'Nothing was changed.' : `${last.step.action}: ${last.decision}.`;
  const summary = `Nothing has changed since ${isoTime(since)}, for ${humanDuration(now - since)}: ${alarms}. Paramedic stops looking. ${done}`;
  return { do: 'close', outcome: { kind: 'escalated', summary, details: [] } };
}

/** Of the alarms, the steps and the questions; an open question is waited for. */
function lastChange(input: Pick<Input, 'facts' | 'incident'>): EpochMs {
  const { openedAt, records, questions } = input.incident;
  return Math.max(
    openedAt,
    standingIn(input).changedAt ?? 0,
    ...records.map(({ startedAt, endedAt }) => endedAt ?? startedAt),
    ...questions.map(({ answer, expiresAt }) => answer?.at ?? expiresAt),
  );
}
