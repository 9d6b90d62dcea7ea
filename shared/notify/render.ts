import { humanDuration, isoTime } from '../clock.ts';
import { placeName } from '../cluster/account.ts';
import type { Incident, Question, StepRecord } from '../incident/incident.ts';
import { answeredBy, isOvertaken, requiredOf } from '../incident/questions.ts';
import type { TopicMessage } from '../ports/messages.ts';
import { clean } from './slack/text.ts';

/** Who must read it: mail and pager subscriptions filter on this attribute. */
export type Stage = 'opened' | 'needs-you' | 'progress' | 'closed';

const MAX_SUBJECT = 99;
const MAX_LINES = 40;
const MAX_LINE = 1_000;

/** The newest state as one message that reads well as an e-mail. Pure; every value from outside is one line. */
export function renderIncident(incident: Incident, now: number): TopicMessage {
  const stage = stageOf(incident, now);
  const lines = [
    headline(incident),
    '',
    ...outcomeLines(incident),
    ...questionLines(incident, now),
    ...section('Findings', findingLines(incident)),
    ...section('Steps', incident.records.map(recordLine)),
    ...section('Planned', plannedLines(incident)),
    ...section('Why', incident.plan?.reasons ?? []),
    '',
    `incident ${incident.id} generation ${incident.generation}, opened ${isoTime(incident.openedAt)}`,
    `next: paramedic why ${incident.id}`,
  ];
  return {
    subject: subject(`${stage.toUpperCase()} ${placeName(incident.cluster)}: ${headline(incident)}`),
    body: lines.map(oneLine).join('\n'),
    attributes: {
      stage,
      trouble: incident.trouble,
      cluster: incident.cluster.name,
      severity: incident.plan?.severity ?? 'info',
      incident: incident.id,
    },
  };
}

export function stageOf(incident: Incident, now: number): Stage {
  if (incident.status === 'closed') return 'closed';
  if (incident.questions.some((question) => question.answer === undefined && question.expiresAt > now)) {
    return 'needs-you';
  }
  return incident.records.length > 0 ? 'progress' : 'opened';
}

function headline(incident: Incident): string {
  return incident.plan?.headline ?? `${incident.trouble} on ${incident.subject.id}`;
}

function outcomeLines(incident: Incident): string[] {
  const { outcome } = incident;
  if (outcome === undefined) return ['In progress.'];
  return [`Outcome: ${outcome.kind}. ${outcome.summary}`, ...outcome.details.map((line) => `  - ${line}`)];
}

function questionLines(incident: Incident, now: number): string[] {
  return incident.questions.flatMap((question) => {
    const { answer, step } = question;
    if (answer !== undefined) return [`${step.action}: ${howDecided(question)} at ${isoTime(answer.at)}`];
    if (question.expiresAt <= now || incident.status === 'closed') return [];
    const left = humanDuration(question.expiresAt - now);
    const required = requiredOf(question);
    const people = required > 1 ? ` ${question.approvals?.length ?? 0} of ${required} have said yes.` : '';
    return [
      `NEEDS YOU: ${step.action} (${step.reason}). No answer in ${left} means no.${people}`,
      `  paramedic approve ${incident.id} --step ${question.key}`,
    ];
  });
}

function howDecided(question: Question): string {
  if (isOvertaken(question)) return 'not decided, a newer plan took its place';
  const decision = question.answer?.decision ?? 'expired';
  return decision === 'expired' ? 'expired without an answer' : `${decision} by ${answeredBy(question)}`;
}

function findingLines(incident: Incident): string[] {
  return (incident.plan?.findings ?? []).flatMap((finding) => [
    `${finding.cause} (${finding.confidence})`,
    ...finding.evidence.map((line) => `  ${line}`),
  ]);
}

function recordLine(record: StepRecord): string {
  const targets = record.step.targets.map((target) => target.name).join(', ');
  const took = record.endedAt === undefined ? '' : ` in ${humanDuration(record.endedAt - record.startedAt)}`;
  return `${record.state}: ${record.step.action} ${targets}${took}${record.summary === undefined ? '' : `: ${record.summary}`}`;
}

function plannedLines(incident: Incident): string[] {
  if (incident.status === 'closed') return [];
  const recorded = new Set(incident.records.map((record) => record.key));
  return (incident.verdicts ?? [])
    .filter((verdict) => !recorded.has(verdict.key))
    .map((verdict) => `${verdict.action}: ${verdict.verdict} (${verdict.reason})`);
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines
    .slice(0, MAX_LINES)
    .map((line) => (line.startsWith(' ') ? `    ${line}` : `  - ${line}`));
  const more = lines.length > MAX_LINES ? [`  - and ${lines.length - MAX_LINES} more`] : [];
  return ['', `${title}:`, ...shown, ...more];
}

/** Text from events and clusters is written by others: no line breaks, invisible or direction marks of theirs. */
function oneLine(text: string): string {
  const [indent = ''] = /^ */.exec(text) ?? [];
  return indent + clean(text).slice(0, MAX_LINE);
}

/** SNS: ASCII, one line, under 100 characters. */
function subject(text: string): string {
  const ascii = oneLine(text).replace(/[^\x20-\x7e]/g, '?');
  return ascii.length <= MAX_SUBJECT ? ascii : `${ascii.slice(0, MAX_SUBJECT - 3)}...`;
}
