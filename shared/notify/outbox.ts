import { DAY_MS, type EpochMs, MINUTE_MS } from '../clock.ts';
import type { Route } from '../config/people.ts';
import type { Incident } from '../incident/incident.ts';
import type { OutcomeKind, Severity } from '../incident/plan.ts';
import type { Table } from '../ports/table.ts';
import { changeValue, type Kept, outboxKey, rowValue, type Stored } from './outbox-table.ts';
import { type Stage, stageOf } from './render.ts';

/**
 * How far a message is. `posting`: it was sent, or was about to be, and nobody knows what came of it. `unclear`: sent
 * twice, and still nobody knows; it is not sent a third time. `refused`: Slack does not take it.
 */
export interface Posting extends Kept {
  state: 'new' | 'posting' | 'posted' | 'unclear' | 'refused';
  /** Posts of this message whose fate is unknown. */
  tries: number;
  /** Its id in the channel, once it is known. A webhook never says. */
  ts?: string;
}

/** What a channel should show of one generation of an incident, and what it shows. */
export interface Message extends Posting {
  incidentId: string;
  generation: number;
  cluster: string;
  trouble: string;
  /** What it began with, e.g. `spot-interruption`: incidents of one cluster and kind make a storm. */
  kind: string;
  /** For people. */
  cause: string;
  severity: Severity;
  openedAt: EpochMs;
  closedAt?: EpochMs;
  /** As it was when somebody looked last. */
  status: 'open' | OutcomeKind;
  stage: Stage;
  /** It changes nothing and asks nothing. */
  isObserved: boolean;
  rules: Pick<Route, 'groupWithinMs' | 'stormAfter' | 'observeDigestMs'>;
  notedAt: EpochMs;
  /** Announcements that people should have seen here, and those they have. */
  wanted: number;
  shown: number;
  /** Lines of its log that stand in the thread, by what `lineKey` makes of them. */
  logTold: string[];
  /** Lines that were sent, or were about to be, and nobody knows what came of it: once for each time. */
  logBegun: string[];
  /** Of the newest post, where there are no edits: its stage, and the questions that were open. */
  shownStage?: Stage;
  shownAsks?: string[];
  /** When pictures were drawn for its thread, or were about to be: once each, whatever came of it. */
  charted?: ChartMoment[];
  /** The storm or digest that tells it instead of a message of its own. */
  via?: string;
}

/** `opened`: first told with something to draw; `closed`: ended after a change, so that before and after are seen. */
export type ChartMoment = 'opened' | 'closed';

/** An ending that everybody has seen needs no row for longer. */
export const KEPT_MS = 3 * DAY_MS;
/** What could not be told for so long is forgotten here; the ledger has it. */
const UNTOLD_KEPT_MS = 30 * DAY_MS;
/** Hints can be lost: an open incident is looked at again. */
const RECHECK_MS = 15 * MINUTE_MS;
const MESSAGES = 'M#';

export function messageKey({ incidentId, generation }: Pick<Message, 'incidentId' | 'generation'>): string {
  return `${MESSAGES}${incidentId}#${generation}`;
}

/** Notes that the channel should show this incident as it is now. True: there is something to do. */
export async function note(
  table: Table,
  channel: string,
  incident: Incident,
  { route, now }: { route: Route; now: EpochMs },
): Promise<boolean> {
  const sk = messageKey({ incidentId: incident.id, generation: incident.generation });
  let isNews = false;
  await changeValue<Message>(table, channel, sk, (current) => {
    const wanted = Math.max(incident.announce, current?.wanted ?? 0);
    isNews = wanted > (current?.wanted ?? 0);
    if (!isNews) {
      isNews = current?.dueAt !== undefined && current.dueAt <= now;
      return current;
    }
    const noted = { ...(current ?? freshMessage(now)), ...factsOf(incident, now), wanted };
    const { groupWithinMs, stormAfter, observeDigestMs } = route;
    return due({ ...noted, rules: { groupWithinMs, stormAfter, observeDigestMs } }, now);
  });
  return isNews;
}

/** Its message stands in the channel, or may stand there. */
export function isBegun({ state }: Posting): boolean {
  return state === 'posted' || state === 'posting';
}

/** Told by a storm it has no message of its own until a person must answer; that one is then kept up to date. */
function due(message: Message, now: EpochMs): Message {
  if (message.via === undefined || message.stage === 'needs-you' || isBegun(message)) {
    return { ...message, dueAt: now, keepUntil: now + UNTOLD_KEPT_MS };
  }
  return lookedAt({ ...message, shown: message.wanted }, now);
}

/** Nothing is left to tell. */
export function settled(message: Message): Message {
  const { dueAt: _, keepUntil: __, ...rest } = message;
  return { ...rest, keepUntil: (rest.closedAt ?? rest.notedAt) + KEPT_MS };
}

/** What is not told yet is due; an open incident is looked at again in a while. */
export function lookedAt(message: Message, now: EpochMs): Message {
  const isNews = message.wanted > message.shown;
  if (!isNews && message.status !== 'open') return settled(message);
  return { ...message, dueAt: isNews ? now : now + RECHECK_MS, keepUntil: now + UNTOLD_KEPT_MS };
}

export function factsOf(incident: Incident, now: EpochMs) {
  const { id, generation, cluster, trouble, plan, openedAt, closedAt, outcome, records } = incident;
  const stage = stageOf(incident, now);
  const isObserved =
    stage !== 'needs-you' && records.length > 0 && records.every(({ state }) => state === 'observed');
  const kind = incident.signals[0]?.kind ?? trouble;
  return {
    incidentId: id,
    generation,
    cluster: cluster.name,
    trouble,
    kind,
    cause: plan?.findings[0]?.cause ?? kind,
    severity: plan?.severity ?? ('info' as const),
    openedAt,
    ...(closedAt !== undefined && { closedAt }),
    status: outcome?.kind ?? ('open' as const),
    stage,
    isObserved: isObserved || outcome?.kind === 'observed',
  };
}

function freshMessage(now: EpochMs) {
  const nothing = { shown: 0, logTold: [], logBegun: [] };
  return { ...nothing, state: 'new' as const, tries: 0, notedAt: now };
}

/** Many incidents of one cluster and kind, told as one. */
export interface Storm extends Posting {
  cluster: string;
  trouble: string;
  kind: string;
  cause: string;
  /** When the first of them was opened. */
  since: EpochMs;
  toldAt?: EpochMs;
  endedAt?: EpochMs;
}

/** What a channel is told together. */
export interface Digest extends Posting {
  about: 'observed' | 'missed';
  since: EpochMs;
  /** Keys of its messages. */
  members: string[];
}

export interface Outbox {
  messages: Stored<Message>[];
  storms: Stored<Storm>[];
  digests: Stored<Digest>[];
}

export const STORMS = 'S#';
export const DIGESTS = 'D#';

/** Everything a channel holds. Strongly consistent: what was noted before is in it. */
export async function readOutbox(table: Table, channel: string): Promise<Outbox> {
  const items = await table.query(outboxKey(channel, '').pk);
  const of = <T>(prefix: string): Stored<T>[] =>
    items.flatMap((item) => (item.sk.startsWith(prefix) ? [{ sk: item.sk, value: rowValue<T>(item) }] : []));
  return { messages: of(MESSAGES), storms: of(STORMS), digests: of(DIGESTS) };
}
