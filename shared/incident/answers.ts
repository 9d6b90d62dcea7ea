import type { Clock } from '../clock.ts';
import type { Incident, Question } from './incident.ts';
import type { Ledger } from './ledger.ts';

export interface Answer {
  /** Absent: every pending question of the incident. */
  stepKey?: string;
  decision: 'approved' | 'denied';
  by: string;
  reason?: string;
}

export type AnswerResult =
  | { result: 'recorded'; questions: Question[]; callbackId?: string }
  /** Somebody answered first, or it expired: the first answer stands. */
  | { result: 'late'; questions: Question[] }
  | { result: 'no-question' }
  | { result: 'unknown' };

/**
 * Records a person's answer. The first answer wins by compare-and-set; the caller then wakes `callbackId`, and
 * a lost wake is sent again by the sweep.
 */
export async function answerQuestions(
  ledger: Ledger,
  clock: Clock,
  id: string,
  answer: Answer,
): Promise<AnswerResult> {
  const before = await ledger.readIncident(id);
  if (before === undefined) return { result: 'unknown' };
  if (matching(before, answer).length === 0) return { result: 'no-question' };
  const now = clock.now();
  let recorded: Question[] = [];
  const after = await ledger.changeAny(id, (incident) => {
    const pending = matching(incident, answer).filter((question) => isPending(question, now));
    recorded = incident.status === 'open' ? pending : [];
    return recorded.length === 0 ? incident : applyAnswer(incident, recorded, answer, now);
  });
  if (recorded.length === 0) return { result: 'late', questions: matching(after, answer) };
  await appendAnswers(ledger, after, recorded, answer);
  const callbackId = after.waiting?.callbackId;
  return { result: 'recorded', questions: recorded, ...(callbackId === undefined ? {} : { callbackId }) };
}

export function isPending(question: Question, now: number): boolean {
  return question.answer === undefined && now < question.expiresAt;
}

function matching(incident: Incident, answer: Answer): Question[] {
  const { stepKey } = answer;
  return incident.questions.filter((question) => stepKey === undefined || question.key === stepKey);
}

function applyAnswer(incident: Incident, answered: Question[], answer: Answer, now: number): Incident {
  const keys = new Set(answered.map((question) => question.key));
  const given = { decision: answer.decision, by: answer.by, at: now };
  const full = answer.reason === undefined ? given : { ...given, reason: answer.reason };
  return {
    ...incident,
    revision: incident.revision + 1,
    questions: incident.questions.map((question) =>
      keys.has(question.key) ? { ...question, answer: full } : question,
    ),
  };
}

async function appendAnswers(
  ledger: Ledger,
  incident: Incident,
  answered: Question[],
  answer: Answer,
): Promise<void> {
  for (const question of answered) {
    const text = `${question.step.action} ${answer.decision}${answer.reason === undefined ? '' : `: ${answer.reason}`}`;
    const entryId = `g${incident.generation}.answer.${question.key}`;
    await ledger.append(incident.id, entryId, { kind: 'answer', text, by: answer.by });
  }
}
