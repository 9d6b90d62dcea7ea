import { humanDuration, isoTime } from '../../shared/clock.ts';
import type { Incident, Question, StepVerdict } from '../../shared/incident/incident.ts';
import { plain } from '../output.ts';
import type { SimulateReport } from './report.ts';

/** The stages one after another, for people. Lines only; the caller prints them. */
export function describeReport(report: SimulateReport): string[] {
  const lines = [
    ...stage(
      'signals',
      report.signals.map((signal) => `${signal.meaning} on ${signal.subject.id}`),
    ),
    ...stage('simulated', report.assumed ?? []),
    ...(report.reason === undefined ? [] : ['', report.reason]),
    ...stage(
      'findings',
      report.findings.flatMap(({ cause, confidence, evidence }) => [
        `${cause} (${confidence})`,
        ...evidence.map((line) => `  ${line}`),
      ]),
    ),
    ...stage('plan', planLines(report)),
    ...stage('guards', report.guards.flatMap(guardLines)),
    ...stage('questions', (report.incident?.questions ?? []).map(questionLine)),
    ...stage(
      'timeline',
      report.timeline.map(({ at, kind, text }) => `${at.slice(11, 19)}  ${kind.padEnd(8)} ${text}`),
    ),
    ...stage('calls', callLines(report)),
    ...stage('outcome', outcomeLines(report)),
    ...stage('also', (report.others ?? []).map(otherLine)),
    ...stage('slack', report.slack ?? []),
  ];
  return lines.map(plain);
}

function stage(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${name}:`, ...lines.map((line) => `  ${line}`)];
}

function planLines({ plan }: SimulateReport): string[] {
  if (plan === null) return [];
  const steps = plan.steps.map(
    ({ action, targets, reason }, index) =>
      `${index + 1}. ${action} ${targets.map((target) => target.name).join(', ')}: ${reason}`,
  );
  return [plan.headline, ...steps, ...plan.reasons.map((reason) => `why: ${reason}`)];
}

function guardLines({ action, verdict, reason, guards }: StepVerdict): string[] {
  const each = guards.map(
    (guard) =>
      `  ${guard.guard.padEnd(12)} ${guard.verdict.padEnd(7)} ${guard.reason}${guard.rule === undefined ? '' : ` [${guard.rule}]`}`,
  );
  return [`${action}: ${verdict} (${reason})`, ...each];
}

function callLines({ calls }: SimulateReport): string[] {
  const changes = calls.filter((call) => call.changes);
  const reads = calls.length - changes.length;
  const listed = changes.map(
    ({ at, method, about, error }) =>
      `${at.slice(11, 19)}  ${method} ${about}${error === undefined ? '' : ` -> ${error}`}`,
  );
  return calls.length === 0
    ? []
    : [
        `${reads} reads and ledger writes, ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
        ...listed,
      ];
}

function outcomeLines({ outcome, incident }: SimulateReport): string[] {
  if (outcome === null) return incident === null ? [] : ['not over: the incident is open still'];
  const took =
    incident?.closedAt === undefined ? '' : ` after ${humanDuration(incident.closedAt - incident.openedAt)}`;
  return [`${outcome.kind}${took}: ${outcome.summary}`, ...outcome.details.map((line) => `- ${line}`)];
}

function otherLine({ subject, outcome }: Incident): string {
  return `${subject.id}: ${outcome === undefined ? 'not over' : `${outcome.kind}: ${outcome.summary}`}`;
}

function questionLine({ step, askedAt, expiresAt, required = 1, answer }: Question): string {
  const targets = step.targets.map(({ name }) => name).join(', ');
  const needs = required === 1 ? 'one yes' : `${required} people to say yes`;
  const became = answer === undefined ? 'nobody answered in this run' : `${answer.decision} by ${answer.by}`;
  return `${step.action} ${targets}: asked ${isoTime(askedAt)}, needs ${needs} by ${isoTime(expiresAt)}; ${became}`;
}
