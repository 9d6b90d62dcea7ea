import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import type { Outcome } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import type { Situation } from '../situation.ts';
import { AFTERWARDS, cniRecords, isClosedFor } from './cni-steps.ts';
import { whyUnread } from './cni-unread.ts';

const RETRY_MS = MINUTE_MS;
/** What cannot be read for so long is not worth an open incident. */
const WITHIN_MS = 15 * MINUTE_MS;

export interface CniWait {
  waits: { at: EpochMs; why: string }[];
  /** Says that it was given up. */
  ended: Outcome[];
  /** For `Plan.keep.cniUnreadSince`. */
  since?: EpochMs;
}

/**
 * Settings that wait for the end of the throttling would be lost when the one look after it could not read what they
 * are computed from: for a while the incident stays open for them. Pure.
 */
export function cniWait(input: Input, { isOver }: Situation): CniWait {
  const { facts, incident, now } = input;
  const why = whyUnread(facts.cni);
  const records = cniRecords(input);
  const isDecided = records.some((record) => isClosedFor(AFTERWARDS, record));
  if (!isOver || why === undefined || isDecided) return { waits: [], ended: [] };
  const since = Number(incident.plan?.keep?.['cniUnreadSince'] ?? now);
  if (now < since + WITHIN_MS) {
    return { waits: [{ at: now + RETRY_MS, why: `the cluster is read again: ${why}` }], ended: [], since };
  }
  const summary = `Settings of the VPC CNI were neither asked for nor made: ${why}.`;
  return { waits: [], ended: [{ kind: 'ignored', summary, details: [] }], since };
}
