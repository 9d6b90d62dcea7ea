import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
import { MAX_SIGNALS } from '../../shared/incident/accept.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { sha256Hex } from '../../shared/incident/step-key.ts';
import type { Group } from './groups.ts';
import type { Place } from './keys.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import { levelOf, type Peak, peakOf } from './rate.ts';

/** Calls of one cause reached the threshold, or twice, four times … what it was when that was last told. */
export const API_THROTTLING = 'api-throttling';

/** A burst that was delivered late is still news for so long. */
export const LOOK_BACK_MS = 15 * MINUTE_MS;
/** With so many signals an incident hears of no more doublings: the places left are for other causes. */
const MAX_LEVELS = MAX_SIGNALS / 2;

/**
 * The group's strongest window that is not told and done with already: calls of before the last quiet time of an
 * incident that closed belong to that one.
 */
export function peakOfGroup(
  group: Group,
  { rate }: ApiThrottlingPolicy,
  closedAt: EpochMs,
  now: EpochMs,
): Peak {
  const from = Math.max(now - LOOK_BACK_MS, closedAt - rate.quietFor);
  return peakOf(group.calls, rate.window, from, now);
}

/** When a closed incident closed; 0 for any other. */
export function closedAtOf(incident: Incident | undefined): EpochMs {
  return incident?.status === 'closed' ? (incident.closedAt ?? 0) : 0;
}

/** The incident a cause belongs to: its own, or the one that stands for its cluster. */
export interface Told {
  /** The cause that the incident is named after. */
  subject: string;
  incident: Incident | undefined;
}

export interface News {
  signal: Signal;
  isNew: boolean;
}

/**
 * The signal of a group over the threshold. While its incident is open and the rate has not doubled since, this is the
 * signal it has already, to the letter: a storm changes the incident a few times and not with every batch. Undefined
 * where the incident is full.
 */
export function newsOf(
  group: Group,
  peak: Peak,
  { rate }: ApiThrottlingPolicy,
  { subject, incident }: Told,
  place: Place,
): News | undefined {
  const level = levelOf(peak.count, rate);
  const kept = incident?.status === 'open' ? incident.signals : [];
  const newest = kept
    .filter((signal) => causeIn(signal) === group.cause)
    .toSorted((left, right) => levelIn(right) - levelIn(left))[0];
  if (newest !== undefined && (level <= levelIn(newest) || kept.length >= MAX_LEVELS)) {
    const { receivedAt: _, ...signal } = newest;
    return { signal, isNew: false };
  }
  if (kept.length >= MAX_SIGNALS) return undefined;
  return { signal: signalOf(group, { ...peak, level, windowMs: rate.window }, subject, place), isNew: true };
}

function signalOf(
  { scope, cause }: Group,
  { at, ...data }: Peak & { level: number; windowMs: number },
  subject: string,
  { account, region }: Place,
): Signal {
  const { level } = data;
  const id = sha256Hex(JSON.stringify([scope, cause, level, at])).slice(0, 24);
  const whose = cause === subject ? '' : `${cause}:`;
  return {
    kind: API_THROTTLING,
    subject: { kind: 'principal', id: subject },
    occurredAt: at,
    eventId: `throttling-${id}`,
    account,
    region,
    meaning: `${API_THROTTLING}:${whose}x${2 ** level}`,
    data: { cause, ...data },
  };
}

/** Undefined for a signal of another kind. */
export function causeIn({ kind, data, subject }: Signal): string | undefined {
  if (kind !== API_THROTTLING) return undefined;
  return typeof data['cause'] === 'string' ? data['cause'] : subject.id;
}

function levelIn({ data }: Signal): number {
  return Number(data['level'] ?? 0);
}
