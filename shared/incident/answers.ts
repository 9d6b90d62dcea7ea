import type { Clock, EpochMs } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { Incident, Question } from './incident.ts';
import type { Ledger } from './ledger.ts';
import { noteQuestions } from './question-history.ts';
import { approved, denied, isPending, snoozed } from './questions.ts';

/** Which questions of an incident are meant. */
export interface About {
  /** Absent: every pending question of the incident. */
  stepKey?: string;
  /** When it was asked: the same step may be asked about again. Absent: whichever is open. */
  askedAt?: EpochMs;
  /** Absent: the newest. Whoever saw another generation answers nothing in this one. */
  generation?: number;
}

export interface Answer extends About {
  decision: 'approved' | 'denied';
  by: string;
  reason?: string;
}

export interface Snooze extends About {
  by: string;
  forMs: number;
  /** Over all snoozes of one question. */
  maxSnoozeMs: number;
}

export type AnswerResult =
  /** Written down. A question may still be pending, when more people must say yes. */
  | { result: 'recorded'; questions: Question[]; callbackId?: string }
  /** This person has said yes already, or its time cannot be put off any further: nothing changed. */
  | { result: 'no-change'; questions: Question[] }
  /** Somebody answered first, or it expired: the first answer stands. */
  | { result: 'late'; questions: Question[] }
  | { result: 'no-question' }
  | { result: 'unknown' };

/**
 * Records a person's answer. The first that decides wins by compare-and-set; the caller then wakes `callbackId`,
 * and a lost wake is sent again by the sweep. Whether the person may answer is the caller's to check.
 */
export async function answerQuestions(
  ledger: Ledger,
  clock: Clock,
  id: string,
  answer: Answer,
): Promise<AnswerResult> {
  const decide = answer.decision === 'approved' ? approved : denied;
  return await changeQuestions(ledger, clock, id, answer, (question, at) =>
    decide(question, { ...answer, at }),
  );
}

/** Puts the expiry off. The run is woken as well: it must sleep on the new time. */
export async function snoozeQuestions(
  ledger: Ledger,
  clock: Clock,
  id: string,
  snooze: Snooze,
): Promise<AnswerResult> {
  return await changeQuestions(ledger, clock, id, snooze, (question, at) =>
    snoozed(question, { ...snooze, at }),
  );
}

async function changeQuestions(
  ledger: Ledger,
  clock: Clock,
  id: string,
  about: About,
  change: (question: Question, at: EpochMs) => Question,
): Promise<AnswerResult> {
  const before = await ledger.readIncident(id);
  if (before === undefined) return { result: 'unknown' };
  if (matching(before, about).length === 0) return { result: 'no-question' };
  let pending: Question[] = [];
  let changed: Question[] = [];
  const after = await ledger.changeAny(id, (incident) => {
    const at = clock.now();
    pending =
      incident.status === 'open' ? matching(incident, about).filter((each) => isPending(each, at)) : [];
    const next = pending.map((question) => change(question, at));
    changed = next.filter((question, index) => question !== pending[index]);
    return changed.length === 0 ? incident : withQuestions(incident, changed);
  });
  if (pending.length === 0) return { result: 'late', questions: matching(after, about) };
  if (changed.length === 0) return { result: 'no-change', questions: pending };
  await noteIfPossible(ledger, after);
  const callbackId = after.waiting?.callbackId;
  return { result: 'recorded', questions: changed, ...(callbackId === undefined ? {} : { callbackId }) };
}

/** The answer stands, and the run that it wakes writes down what is missing here before it acts. */
async function noteIfPossible(ledger: Ledger, incident: Incident): Promise<void> {
  try {
    await noteQuestions(ledger, incident);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
  }
}

function matching(incident: Incident, { stepKey, askedAt, generation }: About): Question[] {
  if (generation !== undefined && generation !== incident.generation) return [];
  return incident.questions.filter(
    (question) =>
      (stepKey === undefined || question.key === stepKey) &&
      (askedAt === undefined || question.askedAt === askedAt),
  );
}

/** News for the run, and for people: the message shows who said what. */
function withQuestions(incident: Incident, changed: readonly Question[]): Incident {
  const byKey = new Map(changed.map((question) => [question.key, question]));
  return {
    ...incident,
    revision: incident.revision + 1,
    announce: incident.announce + 1,
    questions: incident.questions.map((question) => byKey.get(question.key) ?? question),
  };
}
