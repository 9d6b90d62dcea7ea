import { MINUTE_MS } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import type { HistoryEntry } from '../incident/ledger.ts';
import { change, editRow, postRow, type Told } from './deliver-post.ts';
import { guarded, incidentMessage, keepAnswerable } from './deliver-render.ts';
import type { Delivery } from './delivery.ts';
import { factsOf, lookedAt, type Message, settled } from './outbox.ts';
import type { Stored } from './outbox-table.ts';
import type { Stage } from './render.ts';
import { renderStepLog } from './slack/step-log.ts';

/** A channel without edits hears of these alone. */
const WITHOUT_EDITS: readonly Stage[] = ['opened', 'needs-you', 'closed'];
/** More lines than one reply holds follow in the next one. */
const LINES_PER_REPLY = 15;
/** What is written down about an ending comes with it. */
const AFTERMATH_MS = MINUTE_MS;

/** Shows one incident as it is now in its message, and what happened since in its thread. */
export async function tellMessage(delivery: Delivery, { sk, value }: Stored<Message>): Promise<void> {
  const { clock } = delivery.environment;
  const incident = await delivery.ledger.readGeneration(value.incidentId, value.generation);
  if (incident === undefined) {
    await change<Message>(delivery, sk, settled);
    return;
  }
  const told = await tellState(delivery, { sk, value }, incident);
  if (told === 'not-now') return;
  const row = await change<Message>(delivery, sk, (current) => current);
  if (row === undefined || told === 'given-up') return;
  const { logShown, isDone } = await tellLog(delivery, row, incident);
  await change<Message>(delivery, sk, (current) => {
    const now = clock.now();
    const facts = factsOf(incident, now);
    const shown = Math.max(current.shown, incident.announce);
    const wanted = Math.max(current.wanted, shown);
    const next = lookedAt({ ...current, ...facts, shown, wanted, logShown, shownStage: facts.stage }, now);
    return isDone ? next : { ...next, dueAt: now };
  });
}

/** The message itself. */
async function tellState(delivery: Delivery, row: Stored<Message>, incident: Incident): Promise<Told> {
  const { sk, value } = row;
  const { ts, state, shown, status } = value;
  if (ts === undefined) {
    if (state === 'posted' && !isNewStage(delivery, value, incident)) return 'told';
    return await postRow<Message>(delivery, sk, await incidentMessage(delivery, incident));
  }
  // An ending that nobody had to hear of is no announcement, and shows all the same.
  if (incident.announce <= shown && (incident.outcome?.kind ?? 'open') === status) {
    await keepAnswerable(delivery, incident);
    return 'told';
  }
  const message = await incidentMessage(delivery, incident);
  const edited = await editRow<Message>(delivery, sk, ts, message);
  if (edited !== 'gone') return edited === 'given-up' ? 'told' : edited;
  // Somebody deleted it. What is over needs no new one.
  return incident.status === 'closed' ? 'told' : await postRow<Message>(delivery, sk, message);
}

function isNewStage({ environment }: Delivery, { shownStage }: Message, incident: Incident): boolean {
  const { stage } = factsOf(incident, environment.clock.now());
  return stage !== shownStage && WITHOUT_EDITS.includes(stage);
}

/** The lines of this generation that its thread does not have yet. */
async function tellLog(
  delivery: Delivery,
  { ts, logShown }: Message,
  incident: Incident,
): Promise<{ logShown: number; isDone: boolean }> {
  if (ts === undefined || !delivery.sender.hasEdits) return { logShown, isDone: true };
  const entries = ofGeneration(incident, await delivery.ledger.history(incident.id));
  let shown = logShown;
  while (shown < entries.length) {
    if (!delivery.isOnTime()) return { logShown: shown, isDone: false };
    const lines = entries.slice(shown, shown + LINES_PER_REPLY);
    for (const reply of renderStepLog(lines)) {
      const sent = await delivery.sender.post(guarded(delivery, reply), ts);
      // A line that may stand there already is told again; one that Slack does not take stands in the ledger.
      if (sent.is === 'unclear' || sent.is === 'failed') return { logShown: shown, isDone: false };
    }
    shown += lines.length;
  }
  return { logShown: shown, isDone: true };
}

function ofGeneration({ openedAt, closedAt }: Incident, entries: readonly HistoryEntry[]): HistoryEntry[] {
  const end = closedAt === undefined ? Number.POSITIVE_INFINITY : closedAt + AFTERMATH_MS;
  return entries.filter(({ at }) => at >= openedAt && at <= end);
}
