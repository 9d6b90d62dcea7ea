import { type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { NodeInterruptionPolicy } from './policy.ts';
import type { InterruptionAction } from './signals.ts';

/** EC2 gives two minutes before it terminates or stops; hibernation starts with the warning. */
const NOTICE_MS: Record<InterruptionAction, number> = {
  terminate: 120 * SECOND_MS,
  stop: 120 * SECOND_MS,
  hibernate: 0,
};
/** Force-deletion may go on until this long before the instance is gone. */
const LAST_MOMENT_MS = 5 * SECOND_MS;

/** The times that rule one interruption; all from the event's own time. */
export interface Notice {
  action: InterruptionAction;
  occurredAt: EpochMs;
  /** When AWS acts. */
  deadline: EpochMs;
  /** No eviction starts after this. */
  evictUntil: EpochMs;
  /** Where the ladder leaves plain eviction, if a further rung is configured. */
  rungAt: EpochMs;
  forceFrom: EpochMs;
  forceUntil: EpochMs;
  /** Older warnings are history: nothing is done at all. */
  historyFrom: EpochMs;
}

/** The newest warning counts; undefined when the incident has none (another kind of signal opened it). */
export function noticeOf(incident: Incident, policy: NodeInterruptionPolicy): Notice | undefined {
  const warnings = incident.signals.filter((signal) => signal.kind === 'spot-interruption');
  const [first, ...others] = warnings;
  if (first === undefined) return undefined;
  const newest = others.reduce(
    (latest, next) => (next.occurredAt > latest.occurredAt ? next : latest),
    first,
  );
  return noticeTimes(newest.data['action'] as InterruptionAction, newest.occurredAt, policy);
}

export function noticeTimes(
  action: InterruptionAction,
  occurredAt: EpochMs,
  policy: NodeInterruptionPolicy,
): Notice {
  const { spot } = policy;
  const deadline = occurredAt + NOTICE_MS[action];
  const historyFrom = occurredAt + spot.maxEventAge;
  if (action === 'hibernate') {
    const end = occurredAt + spot.hibernateWindow;
    const ends = { evictUntil: end, rungAt: end, forceFrom: end, forceUntil: end };
    return { action, occurredAt, deadline, historyFrom, ...ends };
  }
  const evictUntil = deadline - spot.safetyMargin;
  const rungAt = Math.min(evictUntil, deadline - spot.finalRung);
  return {
    action,
    occurredAt,
    deadline,
    historyFrom,
    evictUntil,
    rungAt,
    forceFrom: (rungAt + evictUntil) / 2,
    forceUntil: Math.max(evictUntil, deadline - LAST_MOMENT_MS),
  };
}

/**
 * Seconds a pod may take to end: its own grace, but never past the deadline less the margin, and never 0, which
 * would remove it from the API while its containers still run.
 */
export function clampGrace(
  podGraceSeconds: number,
  deadline: EpochMs,
  marginMs: number,
  now: EpochMs,
): number {
  const left = Math.floor((deadline - marginMs - now) / SECOND_MS);
  return Math.max(1, Math.min(podGraceSeconds, left));
}
