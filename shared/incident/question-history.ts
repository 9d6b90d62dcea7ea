import { isoTime } from '../clock.ts';
import type { Incident, Question } from './incident.ts';
import type { HistoryEntry, Ledger } from './ledger.ts';
import { requiredOf } from './questions.ts';

type Line = Omit<HistoryEntry, 'at'> & { id: string };

/**
 * Puts every approval, snooze, answer and expiry of this generation into the history. What stands there already
 * stays as it is, so that whoever comes next writes down what a crash kept from being written.
 */
export async function noteQuestions(ledger: Ledger, incident: Incident): Promise<void> {
  for (const { id, ...entry } of incident.questions.flatMap(linesOf)) {
    await ledger.append(incident.id, `g${incident.generation}.${id}`, entry);
  }
}

function linesOf(question: Question): Line[] {
  return [...snoozeLines(question), ...approvalLines(question), ...answerLines(question)];
}

/** The same step may be asked for twice: a newer plan took its place, and went back to it. */
function askingOf({ key, askedAt }: Question): string {
  return `${key}.${askedAt}`;
}

function snoozeLines(question: Question): Line[] {
  const { step, snoozes = [] } = question;
  return snoozes.map(({ by, until }, index) => ({
    id: `snooze.${askingOf(question)}.${index + 1}`,
    kind: 'snooze',
    text: `${step.action} asked until ${isoTime(until)}`,
    by,
  }));
}

/** The one that decides stands as the answer. */
function approvalLines(question: Question): Line[] {
  const { step, approvals = [], answer } = question;
  const before = answer?.decision === 'approved' ? approvals.slice(0, -1) : approvals;
  return before.map(({ by }, index) => ({
    id: `approval.${askingOf(question)}.${index + 1}`,
    kind: 'approval',
    text: `${step.action} approved, ${index + 1} of ${requiredOf(question)}`,
    by,
  }));
}

function answerLines(question: Question): Line[] {
  const { step, answer } = question;
  if (answer === undefined) return [];
  const { decision, by, reason } = answer;
  const text = `${step.action} ${decision}${reason === undefined ? '' : `: ${reason}`}`;
  return [{ id: `answer.${askingOf(question)}`, kind: 'answer', text, by }];
}

/** Somebody tried to answer who may not. `attempt` makes a repeated note the same line. */
export async function noteRefused(
  ledger: Ledger,
  incident: Pick<Incident, 'id' | 'generation'>,
  refused: { what: string; by: string; why: string; attempt: string },
): Promise<void> {
  const { what, by, why, attempt } = refused;
  await ledger.append(incident.id, `g${incident.generation}.refused.${attempt}`, {
    kind: 'refused-answer',
    text: `${what}: not counted, ${why}`,
    by,
  });
}
