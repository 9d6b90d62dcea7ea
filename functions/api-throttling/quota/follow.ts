import { DAY_MS, type EpochMs, HOUR_MS, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { ENDED_STATUSES, type Quota, type QuotaRequest } from '../../../shared/ports/quotas.ts';
import { line } from './plain.ts';

/** A request of ours, as it stands now. */
export interface Followed {
  /** As RequestServiceQuotaIncrease answered, kept in the ledger. */
  asked: { id: string; desired: number; before: number; at: EpochMs };
  /** Null: AWS knows no such request. */
  request: Fact<QuotaRequest | null>;
  /** Read after the request; null: no such quota. */
  quota: Fact<Quota | null>;
  /** In ms: how long AWS may take to answer. */
  answerWithin: number;
  now: EpochMs;
}

export type FollowUp = { why: string } & (
  | { do: 'wait'; until: EpochMs }
  | { do: 'fixed'; value: number }
  | { do: 'escalate' }
);

/** An approved value may take this long to show in Service Quotas. */
const SHOWS_WITHIN_MS = DAY_MS;
const LOOK_EVERY_MS = HOUR_MS;

/** AWS said no. */
export const REFUSED_STATUSES: ReadonlySet<string> = new Set(['DENIED', 'NOT_APPROVED', 'INVALID_REQUEST']);
const OPEN: ReadonlySet<string> = new Set(['PENDING', 'CASE_OPENED']);

/**
 * Whether to go on waiting. Only the value that is applied says that it is fixed, whatever the status. Ends at the
 * latest `answerWithin` + 24 h after the request was made.
 */
export function followUp(followed: Followed): FollowUp {
  const { asked, quota, request } = followed;
  if (quota.known && quota.value !== null && quota.value.value >= asked.desired) {
    const { value } = quota.value;
    return { do: 'fixed', value, why: `the applied value is ${value} (${quota.source})` };
  }
  const shows = valueLine(followed);
  if (!request.known) {
    return untilAnswered(followed, `the request could not be read (${line(request.why)}); ${shows}`);
  }
  if (request.value === null)
    return { do: 'escalate', why: `AWS knows no request ${line(asked.id)}; ${shows}` };
  return byStatus(followed, request.value, shows);
}

function byStatus(followed: Followed, request: QuotaRequest, shows: string): FollowUp {
  const status = line(request.status, 40);
  const caseId = request.caseId === undefined ? '' : ` in case ${line(request.caseId, 60)}`;
  const said = `AWS says ${status}${caseId}; ${shows}`;
  if (REFUSED_STATUSES.has(request.status)) return { do: 'escalate', why: said };
  if (ENDED_STATUSES.has(request.status)) return untilShown(followed, request, said);
  const known = OPEN.has(request.status) ? said : `${said}; this status is new to Paramedic`;
  return untilAnswered(followed, known);
}

function untilAnswered({ asked, answerWithin, now }: Followed, why: string): FollowUp {
  return waitUntil(asked.at + answerWithin, now, why);
}

/** Approved, or its case is closed: the status does not say what was granted, the value will. */
function untilShown({ asked, answerWithin, now }: Followed, request: QuotaRequest, why: string): FollowUp {
  const latest = asked.at + answerWithin;
  // A time AWS did not give, or one from the future, must not hold this open for ever.
  const ended = Math.min(request.updatedAt ?? latest, latest);
  return waitUntil(ended + SHOWS_WITHIN_MS, now, why);
}

function waitUntil(deadline: EpochMs, now: EpochMs, why: string): FollowUp {
  if (!(now < deadline)) return { do: 'escalate', why: `${why}; waited until ${isoTime(deadline)}` };
  return { do: 'wait', until: Math.min(now + LOOK_EVERY_MS, deadline), why };
}

function valueLine({ quota, asked }: Followed): string {
  if (!quota.known) return `the applied value is unknown (${line(quota.why)})`;
  if (quota.value === null) return 'Service Quotas does not have the quota';
  const { value } = quota.value;
  if (value > asked.before)
    return `the applied value is ${value}, more than ${asked.before} but not ${asked.desired}`;
  return `the applied value is still ${value}, not ${asked.desired}`;
}
