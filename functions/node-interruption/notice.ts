import { DAY_MS, type EpochMs, HOUR_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { happenedAt, type Signal } from '../../shared/incident/signal.ts';
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
/** A termination time further away than this is not believed. */
const MAX_NOTICE_MS = DAY_MS;

/** Why the node is being emptied: it decides how far a drain may go. */
export type NoticeKind = 'spot' | 'capacity' | 'hook' | 'rebalance';

/** The times that rule one drain; all from the event's own time. */
export interface Notice {
  kind: NoticeKind;
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
  /** From then on it is history: nothing is done at all. */
  historyFrom: EpochMs;
}

const KINDS: Readonly<Record<string, NoticeKind>> = {
  'spot-interruption': 'spot',
  'capacity-interruption': 'capacity',
};

/** The newest interruption warning counts; undefined when the incident has none. */
export function interruptionOf(incident: Incident, policy: NodeInterruptionPolicy): Notice | undefined {
  const newest = newestOf(incident, (signal) => signal.kind in KINDS);
  if (newest === undefined) return undefined;
  const { kind, data } = newest;
  const given = typeof data['endsAt'] === 'number' ? data['endsAt'] : undefined;
  return interruptionTimes(
    {
      kind: KINDS[kind] ?? 'spot',
      action: data['action'] as InterruptionAction,
      at: happenedAt(newest),
      endsAt: given,
    },
    policy,
  );
}

/** The newest by AWS's own time; undefined when there is none. */
export function newestOf(incident: Incident, isOfKind: (signal: Signal) => boolean): Signal | undefined {
  const [first, ...others] = incident.signals.filter(isOfKind);
  if (first === undefined) return undefined;
  return others.reduce((latest, next) => (next.occurredAt > latest.occurredAt ? next : latest), first);
}

export function interruptionTimes(
  {
    kind,
    action,
    at,
    endsAt,
  }: { kind: NoticeKind; action: InterruptionAction; at: EpochMs; endsAt?: number | undefined },
  policy: NodeInterruptionPolicy,
): Notice {
  const { spot } = policy;
  const isGiven = endsAt !== undefined && endsAt > at && endsAt - at < MAX_NOTICE_MS;
  const deadline = isGiven ? endsAt : at + NOTICE_MS[action];
  const historyFrom = Math.max(at + spot.maxEventAge, isGiven ? deadline : 0);
  if (action === 'hibernate') {
    const end = at + spot.hibernateWindow;
    const ends = { evictUntil: end, rungAt: end, forceFrom: end, forceUntil: end };
    return { kind, action, occurredAt: at, deadline, historyFrom, ...ends };
  }
  return { kind, action, occurredAt: at, deadline, historyFrom, ...rungTimes(deadline, policy) };
}

/** A hook holds the instance until `deadline`: then it is completed with what is left. */
export function hookTimes(at: EpochMs, deadline: EpochMs, policy: NodeInterruptionPolicy): Notice {
  return {
    kind: 'hook',
    action: 'terminate',
    occurredAt: at,
    deadline,
    historyFrom: deadline,
    ...rungTimes(deadline, policy),
  };
}

/** Nobody takes the node: evictions end at `until`, and no pod's grace is cut short. */
export function voluntaryTimes(at: EpochMs, until: EpochMs): Notice {
  const ends = { evictUntil: until, rungAt: until, forceFrom: until, forceUntil: until };
  return {
    kind: 'rebalance',
    action: 'terminate',
    occurredAt: at,
    deadline: until + HOUR_MS,
    historyFrom: until,
    ...ends,
  };
}

function rungTimes(
  deadline: EpochMs,
  { spot }: NodeInterruptionPolicy,
): Pick<Notice, 'evictUntil' | 'rungAt' | 'forceFrom' | 'forceUntil'> {
  const evictUntil = deadline - spot.safetyMargin;
  const rungAt = Math.min(evictUntil, deadline - spot.finalRung);
  return {
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
