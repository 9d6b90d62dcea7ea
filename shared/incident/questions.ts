import type { EpochMs } from '../clock.ts';
import type { GuardVerdict, Question } from './incident.ts';

/** Nobody has decided it and there is still time to. */
export function isPending(question: Question, now: EpochMs): boolean {
  return question.answer === undefined && now < question.expiresAt;
}

/** How many must say yes in all: those who have, and those who are missing. */
export function requiredOf(question: Question): number {
  return (question.approvals ?? []).length + missingOf(question);
}

/**
 * How many more people must say yes; questions of older versions ask for one. Somebody in Slack may be somebody with
 * AWS credentials as well, and nothing says who is who: each way is counted for itself, and one must be enough.
 */
function missingOf({ required = 1, approvals = [] }: Pick<Question, 'required' | 'approvals'>): number {
  const ways = approvals.map(({ by }) => WAY.exec(by)?.[0] ?? '');
  const counts = ways.map((way) => ways.filter((each) => each === way).length);
  return Math.max(1, required) - Math.max(0, ...counts);
}

const WAY = /^[a-z]+:/;

/** A guard that asks now and did not when the question was put: a yes to it does not answer this one. */
export function unaskedGuard(
  { guards }: Pick<Question, 'guards'>,
  verdicts: readonly GuardVerdict[],
): GuardVerdict | undefined {
  return verdicts.find(({ guard, verdict }) => verdict === 'ask' && guards?.includes(guard) === false);
}

/** Whoever decided it, for reasons and records: all who said yes, or the one who ended it. */
export function answeredBy({ answer, approvals = [] }: Question): string {
  if (answer === undefined) return 'nobody';
  if (answer.decision !== 'approved' || approvals.length === 0) return answer.by;
  return approvals.map(({ by }) => by).join(' and ');
}

const OVERTAKEN = 'a newer plan took its place';

/** Closed without anybody's answer: a newer plan wants something else, and a yes would authorise nothing. */
export function overtaken(question: Question, at: EpochMs): Question {
  return { ...question, answer: { decision: 'expired', by: 'nobody', at, reason: OVERTAKEN } };
}

/** Nobody said no to it and its time was not over: whoever wants the step again asks again. */
export function isOvertaken({ answer }: Question): boolean {
  return answer?.decision === 'expired' && answer.reason === OVERTAKEN;
}

/** It stands in the incident's only row, which has an end. */
const MAX_REASON = 500;
/** As does every snooze, and each is a line of the history besides. */
const MAX_SNOOZES = 24;

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
  if (missingOf(next) > 0) return next;
  return { ...next, answer: { decision: 'approved', by, at, ...bounded(reason) } };
}

/** One no is enough, whoever said yes before. */
export function denied(question: Question, { by, at, reason }: Given): Question {
  return { ...question, answer: { decision: 'denied', by, at, ...bounded(reason) } };
}

function bounded(reason: string | undefined): { reason?: string } {
  if (reason === undefined) return {};
  return {
    reason: reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON - 1).toWellFormed()}…` : reason,
  };
}

/**
 * More time to think, at most `maxSnoozeMs` over all snoozes beyond what the step gave; the same question when
 * that is used up, or it was put off too often.
 */
export function snoozed(
  question: Question,
  { by, at, forMs, maxSnoozeMs }: { by: string; at: EpochMs; forMs: number; maxSnoozeMs: number },
): Question {
  const { expiresAt, snoozes = [], step } = question;
  const until = Math.min(expiresAt + forMs, step.answerBy + maxSnoozeMs);
  if (until <= expiresAt || snoozes.length >= MAX_SNOOZES) return question;
  return { ...question, expiresAt: until, snoozes: [...snoozes, { by, at, until }] };
}
