import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
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

/**
 * The group's strongest window that is not told and done with already: calls of before the last quiet time of a closed
 * incident belong to that one.
 */
export function peakOfGroup(
  group: Group,
  { rate }: ApiThrottlingPolicy,
  known: Incident | undefined,
  now: EpochMs,
): Peak {
  const closedAt = known?.status === 'closed' ? (known.closedAt ?? 0) : 0;
  const from = Math.max(now - LOOK_BACK_MS, closedAt - rate.quietFor);
  return peakOf(group.calls, rate.window, from, now);
}

/**
 * The signal of a group over the threshold. While its incident is open and the rate has not doubled since, this is the
 * signal it has already, to the letter: a storm changes the incident a few times and not with every batch.
 */
export function newsOf(
  group: Group,
  peak: Peak,
  { rate }: ApiThrottlingPolicy,
  known: Incident | undefined,
  place: Place,
): { signal: Signal; isNew: boolean } {
  const level = levelOf(peak.count, rate);
  const told = known?.status === 'open' ? known.signals.filter(({ kind }) => kind === API_THROTTLING) : [];
  const newest = told.toSorted((left, right) => levelIn(right) - levelIn(left))[0];
  if (newest !== undefined && level <= levelIn(newest)) {
    const { receivedAt: _, ...signal } = newest;
    return { signal, isNew: false };
  }
  const { scope, cause } = group;
  const id = sha256Hex(JSON.stringify([scope, cause, level, peak.at])).slice(0, 24);
  const signal = {
    kind: API_THROTTLING,
    subject: { kind: 'principal' as const, id: cause },
    occurredAt: peak.at,
    eventId: `throttling-${id}`,
    account: place.account,
    region: place.region,
    meaning: `${API_THROTTLING}:x${2 ** level}`,
    data: { level, count: peak.count, windowMs: rate.window },
  };
  return { signal, isNew: true };
}

function levelIn({ data }: Signal): number {
  return Number(data['level'] ?? 0);
}
