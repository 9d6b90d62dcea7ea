import { humanDuration, isoTime } from '../shared/clock.ts';
import { fullPlaceName } from '../shared/cluster/account.ts';
import type { GuardVerdict, Incident, Question, StepRecord } from '../shared/incident/incident.ts';
import type { HistoryEntry } from '../shared/incident/ledger.ts';
import type { Outcome, Plan, Step } from '../shared/incident/plan.ts';
import { answeredBy, requiredOf } from '../shared/incident/questions.ts';
import { stepKey } from '../shared/incident/step-key.ts';
import type { Output, Style } from './output.ts';
import { table } from './output.ts';

type Paint = Output['paint'];

const VERDICT_STYLE: Readonly<Record<GuardVerdict['verdict'], Style>> = {
  allow: 'green',
  ask: 'yellow',
  refuse: 'red',
};

/**
 * What an incident is, what every guard said about every step and by which line of the config, what was asked
 * and done, and how it ended. Texts must be plain already. Pure.
 */
export function explain(incident: Incident, history: readonly HistoryEntry[], paint: Paint): string[] {
  return [
    ...headLines(incident, paint),
    ...chapter('SIGNALS', signalLines(incident), paint),
    ...chapter('FINDINGS', incident.plan === undefined ? [] : findingLines(incident.plan), paint),
    ...chapter('GATES', gateLines(incident, paint), paint),
    ...chapter('QUESTIONS', incident.questions.flatMap(questionLines), paint),
    ...chapter('STEPS', incident.records.flatMap(recordLines), paint),
    ...chapter(
      'OUTCOME',
      incident.outcome === undefined ? openLines(incident) : outcomeLines(incident.outcome),
      paint,
    ),
    ...chapter('HISTORY', historyLines(history), paint),
  ];
}

function chapter(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
}

function headLines(incident: Incident, paint: Paint): string[] {
  const { id, trouble, subject, cluster, generation, plan, openedAt, closedAt } = incident;
  const state = incident.outcome?.kind ?? incident.status;
  const took = closedAt === undefined ? '' : `, closed after ${humanDuration(closedAt - openedAt)}`;
  return [
    `${paint('bold', id)} ${trouble}: ${paint('bold', state)}`,
    ...(plan === undefined ? [] : [plan.headline]),
    `${subject.kind} ${subject.id} in ${fullPlaceName(cluster)}`,
    `opened ${isoTime(openedAt)}${took}, generation ${generation}`,
  ];
}

function signalLines({ signals }: Incident): string[] {
  return table(
    signals.map(({ occurredAt, kind, eventId }) => [isoTime(occurredAt), kind, `event ${eventId}`]),
  );
}

function findingLines({ findings, reasons }: Plan): string[] {
  const named = findings.flatMap(({ cause, confidence, evidence }) => [
    `${cause} (${confidence})`,
    ...evidence.map((line) => `  ${line}`),
  ]);
  return [...named, ...reasons];
}

/** Every guard in the order it was asked. Steps that a later plan no longer proposes stand under STEPS alone. */
function gateLines({ verdicts = [], plan }: Incident, paint: Paint): string[] {
  return verdicts.flatMap(({ key, action, verdict, reason, guards }) => {
    const step = plan?.steps.find((each) => stepKey(each) === key);
    const what = step === undefined ? action : `${action} ${targetsOf(step)}`;
    return [`${what}: ${paint(VERDICT_STYLE[verdict], verdict)}, ${reason}`, ...guardLines(guards)];
  });
}

function guardLines(guards: readonly GuardVerdict[]): string[] {
  const rows = guards.map(({ guard, verdict, reason, rule }, index) => [
    `  ${index + 1}.`,
    guard,
    verdict,
    reason,
    rule === undefined ? '' : `[${rule}]`,
  ]);
  return table(rows);
}

function questionLines(question: Question): string[] {
  const { key, step, askedAt, expiresAt, answer } = question;
  const asked = `${step.action} ${targetsOf(step)} (--step ${key})`;
  if (answer === undefined) {
    const open = `${asked}: asked ${isoTime(askedAt)}, no answer by ${isoTime(expiresAt)} means no`;
    return [open, ...progressLines(question)];
  }
  const reason = answer.reason === undefined ? '' : `: ${answer.reason}`;
  return [`${asked}: ${answer.decision} by ${answeredBy(question)} at ${isoTime(answer.at)}${reason}`];
}

function progressLines(question: Question): string[] {
  const { approvals = [], snoozes = [] } = question;
  const required = requiredOf(question);
  const said = approvals.map(({ by, at }) => `  approved by ${by} at ${isoTime(at)}`);
  const off = snoozes.map(({ by, until }) => `  put off until ${isoTime(until)} by ${by}`);
  const counted = `  ${approvals.length} of ${required} people have said yes`;
  return [...(required > 1 ? [counted] : []), ...said, ...off];
}

function recordLines({
  step,
  state,
  decision,
  startedAt,
  endedAt,
  summary,
  details = [],
}: StepRecord): string[] {
  const took = endedAt === undefined ? '' : ` in ${humanDuration(endedAt - startedAt)}`;
  return [
    `${isoTime(startedAt)} ${step.action} ${targetsOf(step)}: ${state}${took}`,
    `  because ${decision}`,
    ...(summary === undefined ? [] : [`  ${summary}`]),
    ...details.map((line) => `  - ${line}`),
  ];
}

function openLines({ waiting, questions, id }: Incident): string[] {
  if (waiting === undefined) return ['working'];
  const pending = questions.find(({ answer }) => answer === undefined);
  const next = pending === undefined ? [] : [`paramedic approve ${id} --step ${pending.key}`];
  return [`waiting until ${isoTime(waiting.until)} for ${waiting.why}`, ...next];
}

function outcomeLines({ kind, summary, details }: Outcome): string[] {
  return [`${kind}: ${summary}`, ...details.map((line) => `- ${line}`)];
}

function historyLines(history: readonly HistoryEntry[]): string[] {
  return table(
    history.map(({ at, kind, text, by }) => [isoTime(at), kind, by === undefined ? text : `${text} (${by})`]),
  );
}

function targetsOf({ targets }: Step): string {
  return targets.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
