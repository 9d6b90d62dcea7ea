import {
  choiceValue,
  DENY_REASONS,
  type DenyReason,
  SNOOZES,
  type SnoozeLength,
} from '../../approval/choice.ts';
import type { Incident, Question } from '../../incident/incident.ts';
import { isOvertaken, requiredOf } from '../../incident/questions.ts';
import type { SlackBlock } from '../../ports/slack.ts';
import { context, markdown, plainText, section } from './blocks.ts';
import { person, persons } from './people.ts';
import { pendingQuestions } from './state.ts';
import { code, codeNames, data, names } from './text.ts';
import { clockTime, untilTime } from './time.ts';
import type { IncidentView } from './view.ts';

/** With their menus, more would not fit beside what they are about. */
const MAX_QUESTIONS = 3;
const MAX_REASON = 200;
/** A section takes 3,000 characters, and five people with long names each stand in five lines. */
const MAX_DECISIONS = 2_800;

/** What waits for an answer, each with its buttons; they go as soon as it is answered. */
export function questionBlocks(incident: Incident, view: IncidentView): SlackBlock[] {
  const pending = pendingQuestions(incident, view.now);
  const rest = pending.length - MAX_QUESTIONS;
  const note = `${rest} more wait for an answer: ${code(`paramedic why ${incident.id}`)}`;
  return [
    ...pending.slice(0, MAX_QUESTIONS).flatMap((question) => questionBlock(incident, question, view)),
    ...(rest > 0 ? [section(markdown(note))] : []),
  ];
}

function questionBlock(incident: Incident, question: Question, view: IncidentView): SlackBlock[] {
  const { step, expiresAt, key } = question;
  const targets = codeNames(step.targets.map(({ name }) => name));
  const text = `*Run* ${code(step.action)} *on* ${targets}*?* No answer until ${untilTime(expiresAt, view.now)} means no.`;
  const about = [plainText(data(step.reason, MAX_REASON) || '-'), ...progress(question)];
  const id = view.approvals[key];
  const command = `paramedic approve ${incident.id} --step ${key}`;
  const answer =
    id === undefined
      ? section(markdown(`To answer: ${code(command, 200)}`))
      : buttons(incident, question, id, view);
  return [section(markdown(text)), context(about), answer];
}

/** How far it is when more than one must say yes, and who put it off. */
function progress(question: Question) {
  const { approvals = [], snoozes = [] } = question;
  const required = requiredOf(question);
  const yes = persons(approvals.map(({ by }) => by));
  const counted = `${approvals.length} of ${required} approvals${yes === '' ? '' : `: ${yes}`}`;
  const last = snoozes.at(-1);
  return [
    ...(required > 1 ? [markdown(counted)] : []),
    ...(last === undefined ? [] : [markdown(`put off by ${person(last.by)} at ${clockTime(last.at)}`)]),
  ];
}

/** A new `block_id` with each state: Slack keeps what was chosen in a block whose id stays. */
function buttons(incident: Incident, question: Question, id: string, view: IncidentView): SlackBlock {
  const reasons = Object.keys(DENY_REASONS) as DenyReason[];
  const lengths = Object.keys(SNOOZES) as SnoozeLength[];
  const deny = reasons.map((word) => option(`Deny: ${DENY_REASONS[word]}`, choiceValue(id, word)));
  const snooze = lengths.map((word) => option(`Ask again for ${word}`, choiceValue(id, word)));
  return {
    type: 'actions',
    block_id: `${question.key.slice(0, 40)}.${incident.revision}.${incident.announce}`,
    elements: [
      { ...approveButton(question, view), value: choiceValue(id) },
      { type: 'static_select', action_id: 'deny', placeholder: plainText('Deny …'), options: deny },
      { type: 'static_select', action_id: 'snooze', placeholder: plainText('Snooze …'), options: snooze },
    ],
  };
}

function option(text: string, value: string) {
  return { text: plainText(text), value };
}

function approveButton({ step }: Question, { risks }: IncidentView) {
  const button = { type: 'button', style: 'primary', action_id: 'approve', text: plainText('Approve') };
  const { risk, reversible } = risks[step.action] ?? { risk: 'high', reversible: false };
  if (risk !== 'high' && reversible) return button;
  const targets = names(step.targets.map(({ kind, name }) => `${kind} ${name}`));
  const end = reversible ? 'High risk.' : 'This cannot be undone.';
  const confirm = {
    title: plainText(`Run ${data(step.action, 60)}?`),
    text: plainText(`On ${targets}. ${end}`),
    confirm: plainText('Run it'),
    deny: plainText('Back'),
    style: 'danger',
  };
  return { ...button, confirm };
}

/** Who decided what and when, in the place of the buttons. */
export function decisionBlocks({ questions }: Incident, count: number): SlackBlock[] {
  const lines = questions.filter(({ answer }) => answer !== undefined).map(decisionLine);
  if (lines.length === 0 || count === 0) return [];
  return [section(markdown(newestLines(lines.slice(-count), MAX_DECISIONS).join('\n')))];
}

/** As many of the last as fit. */
function newestLines(lines: readonly string[], max: number): string[] {
  let length = 0;
  const fitting = lines.toReversed().filter((line) => {
    length += line.length + 1;
    return length <= max;
  });
  return fitting.reverse();
}

function decisionLine(question: Question): string {
  const { step, answer, approvals = [] } = question;
  if (answer === undefined || answer.decision === 'expired') {
    const when = answer === undefined ? '' : ` ${clockTime(answer.at)}`;
    const how = isOvertaken(question)
      ? 'not decided, a newer plan took its place'
      : 'expired without an answer';
    return `${code(step.action, 60)} ${how}${when}`;
  }
  const { by, at, decision, reason } = answer;
  const others = decision === 'approved' ? approvals.map((given) => given.by) : [];
  const who = persons([...new Set([...others, by])]);
  const why = reason === undefined ? '' : `: ${code(reason, 160)}`;
  return `${code(step.action, 60)} ${decision} by ${who} ${clockTime(at)}${why}`;
}
