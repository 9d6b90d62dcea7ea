import type { EpochMs } from '../clock.ts';
import type { Question } from './incident.ts';

/** Nobody has decided it and there is still time to. */
export function isPending(question: Question, now: EpochMs): boolean {
  return question.answer === undefined && now < question.expiresAt;
}

/** How many different people must say yes; questions of older versions ask for one. */
export function requiredOf({ required = 1 }: Question): number {
  return Math.max(1, required);
}

/** Whoever decided it, for reasons and records: all who said yes, or the one who ended it. */
export function answeredBy({ answer, approvals = [] }: Question): string {
  if (answer === undefined) return 'nobody';
  if (answer.decision !== 'approved' || approvals.length === 0) return answer.by;
  return approvals.map(({ by }) => by).join(' and ');
}

export interface Given {
  by: string;
  at: EpochMs;
  reason?: string;
}

/** One more yes; the same question when this person has said so already. Enough of them decide it. */
export function approved(question: Question, { by, at, reason }: Given): Question {
  const { approvals = [] } = question;
  if (approvals.some((earlier) => earlier.by === by)) return question;
  const next = { ...question, approvals: [...approvals, { by, at }] };
  if (next.approvals.length < requiredOf(question)) return next;
  return { ...next, answer: { decision: 'approved', by, at, ...(reason !== undefined && { reason }) } };
}

/** One no is enough, whoever said yes before. */
export function denied(question: Question, { by, at, reason }: Given): Question {
  return { ...question, answer: { decision: 'denied', by, at, ...(reason !== undefined && { reason }) } };
}

/**
 * More time to think, at most `maxSnoozeMs` over all snoozes beyond what the step gave; the same question when
 * that is used up.
 */
export function snoozed(
  question: Question,
  { by, at, forMs, maxSnoozeMs }: { by: string; at: EpochMs; forMs: number; maxSnoozeMs: number },
): Question {
  const { expiresAt, snoozes = [], step } = question;
  const until = Math.min(expiresAt + forMs, step.answerBy + maxSnoozeMs);
  if (until <= expiresAt) return question;
  return { ...question, expiresAt: until, snoozes: [...snoozes, { by, at, until }] };
}
