import type { Incident, Question } from '../../incident/incident.ts';
import type { OutcomeKind, Severity } from '../../incident/plan.ts';
import { isPending } from '../../incident/questions.ts';

/** What a message says about its incident at a glance. */
export type State =
  | 'opened'
  | 'stuck'
  | 'observing'
  | 'awaiting'
  | 'acting'
  | 'storm'
  | Exclude<OutcomeKind, 'observed'>;

export interface Look {
  icon: string;
  /** Beside icon and colour, so that neither is needed. */
  words: string;
  /** Whether anyone is needed, in words. */
  need: typeof NOBODY | typeof ANSWER | typeof PERSON;
  colour: string;
}

const NOBODY = 'no action needed';
const ANSWER = 'answer needed';
const PERSON = 'person needed';

const BLUE = '#1d70b8';
const ORANGE = '#d9730d';
const GREEN = '#2e7d32';
const YELLOW = '#b58900';
const RED = '#c62828';
const GREY = '#6b7280';

const LOOKS: Readonly<Record<State, Look>> = {
  opened: { icon: '🔵', words: 'Opened', need: NOBODY, colour: BLUE },
  stuck: { icon: '🔴', words: 'Left to a person', need: PERSON, colour: RED },
  observing: { icon: '👁', words: 'Observed only', need: NOBODY, colour: GREY },
  awaiting: { icon: '🟠', words: 'Waiting for approval', need: ANSWER, colour: ORANGE },
  acting: { icon: '🔧', words: 'Acting', need: NOBODY, colour: BLUE },
  fixed: { icon: '✅', words: 'Fixed and verified', need: NOBODY, colour: GREEN },
  mitigated: { icon: '🟡', words: 'Mitigated, not fully fixed', need: NOBODY, colour: YELLOW },
  undone: { icon: '↩️', words: 'Undone', need: NOBODY, colour: YELLOW },
  denied: { icon: '⛔', words: 'Denied', need: NOBODY, colour: GREY },
  expired: { icon: '⛔', words: 'Expired without an answer', need: PERSON, colour: GREY },
  escalated: { icon: '📟', words: 'Needs a person', need: PERSON, colour: RED },
  refused: { icon: '🚫', words: 'Refused by a guard', need: NOBODY, colour: GREY },
  ignored: { icon: '🔕', words: 'Nothing to do', need: NOBODY, colour: GREY },
  storm: { icon: '🌊', words: 'Many at once', need: PERSON, colour: RED },
};

export function lookOf(state: State): Look {
  return LOOKS[state];
}

/** Of the newest state of the incident, at the moment it is told. */
export function stateOf(incident: Incident, now: number): State {
  const { outcome, status } = incident;
  if (outcome !== undefined) return outcome.kind === 'observed' ? 'observing' : outcome.kind;
  if (status === 'open' && pendingQuestions(incident, now).length > 0) return 'awaiting';
  if (incident.records.some(({ state, ran }) => state === 'running' || ran === true)) return 'acting';
  if (incident.records.some(({ state }) => state === 'observed')) return 'observing';
  return incident.plan?.needsPerson === true ? 'stuck' : 'opened';
}

export function pendingQuestions({ questions, status }: Incident, now: number): Question[] {
  return status === 'open' ? questions.filter((question) => isPending(question, now)) : [];
}

export function needsPeople(state: State): boolean {
  return LOOKS[state].need !== NOBODY;
}

/** Capital letters stand out without colour. */
export function severityOf({ plan }: Incident): Uppercase<Severity> {
  return (plan?.severity ?? 'info').toUpperCase() as Uppercase<Severity>;
}

/** One line: what and where. */
export function headlineOf({ plan, trouble, subject }: Incident): string {
  return plan?.headline ?? `${trouble} on ${subject.id}`;
}
