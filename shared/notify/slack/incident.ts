import { humanDuration } from '../../clock.ts';
import { placeName } from '../../cluster/account.ts';
import type { Incident } from '../../incident/incident.ts';
import type { SlackBlock, SlackMessage } from '../../ports/slack.ts';
import { context, header, markdown, plainText, section } from './blocks.ts';
import { MAX_HEADER, MAX_MESSAGE, sizeOf } from './limits.ts';
import { incidentLink } from './links.ts';
import { decisionBlocks, questionBlocks } from './questions.ts';
import { evidenceBlocks, fieldBlocks, stepBlocks } from './sections.ts';
import { headlineOf, lookOf, pendingQuestions, type State, severityOf, stateOf } from './state.ts';
import { code, codeNames, data, names } from './text.ts';
import { clockTime, localTime } from './time.ts';
import type { IncidentView } from './view.ts';

/** How many lines of evidence and steps, how many fields and earlier decisions may stand. */
interface Room {
  evidence: number;
  steps: number;
  fields: number;
  decisions: number;
}

/** What is cut when a message gets too long, in this order. The question and its buttons never are. */
const ROOMS: readonly Room[] = [
  ...[40, 20, 10, 5, 0].map((evidence) => ({ evidence, steps: 40, fields: 10, decisions: 5 })),
  ...[20, 10, 5, 0].map((steps) => ({ evidence: 0, steps, fields: 10, decisions: 5 })),
  { evidence: 0, steps: 0, fields: 4, decisions: 5 },
];
const NOTHING: Room = { evidence: 0, steps: 0, fields: 0, decisions: 0 };
const MAX_SUMMARY = 900;
const MAX_HEADLINE = 300;

/** One incident as one message, edited in place with each new state. Pure. */
export function renderIncidentMessage(incident: Incident, view: IncidentView): SlackMessage {
  const state = stateOf(incident, view.now);
  const room = ROOMS.find((each) => sizeOf(blocksOf(incident, view, state, each)) <= MAX_MESSAGE) ?? NOTHING;
  const { id, generation, revision } = incident;
  return {
    text: sentence(incident, view, state),
    blocks: blocksOf(incident, view, state, room),
    colour: lookOf(state).colour,
    metadata: { event_type: 'paramedic_incident', event_payload: { incident: id, generation, revision } },
  };
}

function blocksOf(incident: Incident, view: IncidentView, state: State, room: Room): SlackBlock[] {
  const { outcome } = incident;
  const summary = outcome === undefined ? '' : data(outcome.summary, MAX_SUMMARY);
  return [
    header(lookOf(state).icon, firstLine(incident, state), MAX_HEADER),
    section(markdown(levelLine(incident, view, state))),
    ...(summary === '' ? [] : [section(plainText(summary))]),
    ...decisionBlocks(incident, room.decisions),
    ...fieldBlocks(incident, view, room.fields),
    ...evidenceBlocks(incident, room.evidence),
    ...stepBlocks(incident, view, room.steps),
    ...questionBlocks(incident, view),
    context(contextElements(incident, view)),
  ];
}

/** How bad, is anyone needed, where, what. */
function firstLine(incident: Incident, state: State): string {
  const cluster = placeName(incident.cluster).slice(0, 40);
  return `${severityOf(incident)} · ${lookOf(state).need} · ${cluster} · ${headlineOf(incident)}`;
}

/** What is done or will be done, and when. */
function levelLine(incident: Incident, view: IncidentView, state: State): string {
  return `*${lookOf(state).words}*${happening(incident, view, state)}`;
}

function happening(incident: Incident, { now }: IncidentView, state: State): string {
  const { openedAt, closedAt, records, waiting } = incident;
  if (incident.status === 'closed') {
    const end = closedAt ?? now;
    return ` ${clockTime(end)}, ${humanDuration(end - openedAt)} after it opened.`;
  }
  if (state === 'awaiting') {
    const pending = pendingQuestions(incident, now);
    const actions = [...new Set(pending.map(({ step }) => step.action))];
    return `: ${codeNames(actions)} since ${clockTime(Math.min(...pending.map(({ askedAt }) => askedAt)))}.`;
  }
  const running = records.filter((record) => record.state === 'running');
  const actions = running.map(({ step }) => step.action);
  if (actions.length > 0) return `: ${codeNames(actions)} since ${clockTime(running[0]?.startedAt ?? now)}.`;
  if (waiting === undefined) return ` ${clockTime(openedAt)}.`;
  return ` ${clockTime(openedAt)}; looks again at ${clockTime(waiting.until)}: ${code(waiting.why, 200)}`;
}

function contextElements(incident: Incident, view: IncidentView) {
  const { id, generation } = incident;
  const facts = `incident ${id} generation ${generation} · config ${view.configHash} · seen ${view.seen}×`;
  const link = incidentLink(view.consoleUrl, id);
  return [
    plainText(data(facts, 200)),
    markdown(`${clockTime(view.now)} · why: ${code(`paramedic why ${id}`)}`),
    ...(link === '' ? [] : [markdown(link)]),
  ];
}

/** For phones and screen readers, which show nothing else. */
function sentence(incident: Incident, { now, timezone }: IncidentView, state: State): string {
  const { words, need } = lookOf(state);
  const where = data(placeName(incident.cluster), 60);
  const what = data(headlineOf(incident).replace(/[.\s]+$/, ''), MAX_HEADLINE);
  const first = `${severityOf(incident)} in ${where}, ${need}: ${what}.`;
  const pending = pendingQuestions(incident, now);
  if (pending.length === 0) {
    const { outcome } = incident;
    return outcome === undefined
      ? `${first} ${words}.`
      : `${first} ${words}: ${data(outcome.summary, MAX_HEADLINE)}`;
  }
  const until = localTime(Math.min(...pending.map(({ expiresAt }) => expiresAt)), timezone);
  return `${first} ${words} of ${names(pending.map(({ step }) => step.action))} until ${until}; no answer means no.`;
}
