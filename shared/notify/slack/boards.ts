import type { EpochMs } from '../../clock.ts';
import type { Incident } from '../../incident/incident.ts';
import type { SlackBlock, SlackMessage } from '../../ports/slack.ts';
import { context, header, markdown, section, titled } from './blocks.ts';
import { MAX_HEADER } from './limits.ts';
import { consoleLink } from './links.ts';
import { countLines, needOf, topLines, worstSeverity } from './listing.ts';
import { lookOf } from './state.ts';
import { code, data } from './text.ts';
import { clockTime, dateTime, localTime } from './time.ts';
import type { View } from './view.ts';

/** Many incidents of one cluster and cause, told as one. */
export interface Storm {
  cluster: string;
  cause: string;
  since: EpochMs;
  /** Absent while it lasts. */
  endedAt?: EpochMs;
  /** Their newest states. */
  incidents: readonly Incident[];
  /** What is held back because of it, in words. */
  paused?: string;
}

export interface Period {
  from: EpochMs;
  until: EpochMs;
  /** Their newest states. */
  incidents: readonly Incident[];
}

/** One message for a storm, edited in place; its incidents have none of their own meanwhile. */
export function renderStorm(storm: Storm, view: View): SlackMessage {
  const { cluster, cause, since, endedAt, incidents, paused } = storm;
  const isOver = endedAt !== undefined;
  const state = isOver ? 'fixed' : 'storm';
  const need = needOf(incidents, view.now);
  const what = `${incidents.length} incidents: ${cause}`;
  const first = `${worstSeverity(incidents)} · ${need} · ${cluster.slice(0, 40)} · ${what}`;
  const lasted = isOver ? `*Over* since ${clockTime(endedAt)}` : `*${lookOf(state).words}*`;
  return board(view, {
    icon: lookOf(state).icon,
    colour: lookOf(state).colour,
    first,
    text: `${worstSeverity(incidents)} in ${data(cluster, 60)}, ${need}: ${data(what, 300)}, ${isOver ? 'over' : 'going on'} since ${localTime(endedAt ?? since, view.timezone)}.`,
    level: `${lasted}, first ${dateTime(since)}.`,
    blocks: [
      ...(paused === undefined ? [] : [section(markdown(`*Held back*: ${code(paused, 400)}`))]),
      ...incidentBlocks(incidents, view),
    ],
  });
}

/** What observe mode would have done, told together. */
export function renderDigest(digest: Period, view: View): SlackMessage {
  const count = counted(digest);
  return board(view, {
    ...lookOf('observing'),
    first: `INFO · no action needed · ${count} observed only`,
    text: `For information, no action needed: ${count} observed only ${span(digest, view)}; nothing was changed.`,
    level: `*Observed only* ${period(digest)}. Nothing was changed.`,
    blocks: incidentBlocks(digest.incidents, view),
  });
}

/** What nobody was told while Slack could not be reached. */
export function renderMissed(missed: Period, view: View): SlackMessage {
  const need = needOf(missed.incidents, view.now);
  const count = counted(missed);
  const severity = worstSeverity(missed.incidents);
  return board(view, {
    icon: '📬',
    colour: lookOf('opened').colour,
    first: `${severity} · ${need} · ${count} not told in time`,
    text: `${severity}, ${need}: ${count} could not be told in Slack ${span(missed, view)}; this is how they stand.`,
    level: `*Slack could not be reached* ${period(missed)}. Remediation went on; this is how it stands.`,
    blocks: incidentBlocks(missed.incidents, view),
  });
}

interface Board {
  icon: string;
  colour: string;
  first: string;
  text: string;
  level: string;
  blocks: readonly SlackBlock[];
}

function board(view: View, { icon, colour, first, text, level, blocks }: Board): SlackMessage {
  const link = consoleLink(view.consoleUrl, 'incidents', 'Open the console');
  const elements = [markdown(`state of ${clockTime(view.now)}`), ...(link === '' ? [] : [markdown(link)])];
  return {
    text,
    colour,
    blocks: [header(icon, first, MAX_HEADER), section(markdown(level)), ...blocks, context(elements)],
  };
}

function incidentBlocks(incidents: readonly Incident[], { now }: View): SlackBlock[] {
  return [
    ...titled('How they stand', countLines(incidents, now)),
    ...titled('Most important first', topLines(incidents, now)),
  ];
}

function counted({ incidents }: Period): string {
  return incidents.length === 1 ? '1 incident' : `${incidents.length} incidents`;
}

function period({ from, until }: Period): string {
  return `from ${dateTime(from)} to ${dateTime(until)}`;
}

function span({ from, until }: Period, { timezone }: View): string {
  return `between ${localTime(from, timezone)} and ${localTime(until, timezone)}`;
}
