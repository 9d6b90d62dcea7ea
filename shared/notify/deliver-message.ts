import type { EpochMs } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import { chartMoment, picturesOf } from './deliver-chart.ts';
import { tellLog } from './deliver-log.ts';
import { change, editRow, postRow, type Told } from './deliver-post.ts';
import { incidentMessage, keepAnswerable } from './deliver-render.ts';
import type { Delivery } from './delivery.ts';
import { type ChartMoment, factsOf, lookedAt, type Message, settled } from './outbox.ts';
import type { Stored } from './outbox-table.ts';
import type { Stage } from './render.ts';
import { pendingQuestions } from './slack/state.ts';

/** A channel without edits hears of these alone. */
const WITHOUT_EDITS: readonly Stage[] = ['opened', 'needs-you', 'closed'];

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
  const isDone = await tellLog(delivery, { sk, value: row }, incident);
  const charts: { due?: ChartMoment | undefined } = {};
  await change<Message>(delivery, sk, (current) => {
    // Written down with what is shown, and drawn only then: a crash costs the picture and never doubles it.
    charts.due = isDone ? chartMoment(delivery, current, incident) : undefined;
    const next = shownNow(current, incident, { now: clock.now(), charts: charts.due });
    return isDone ? next : { ...next, dueAt: clock.now() };
  });
  if (charts.due !== undefined) delivery.pictures.push(...picturesOf(row, incident));
}

function shownNow(
  current: Message,
  incident: Incident,
  { now, charts }: { now: EpochMs; charts: ChartMoment | undefined },
): Message {
  const facts = factsOf(incident, now);
  const shown = Math.max(current.shown, incident.announce);
  const wanted = Math.max(current.wanted, shown);
  const newest = { shownStage: facts.stage, shownAsks: asksOf(incident, now) };
  const charted = charts === undefined ? {} : { charted: [...(current.charted ?? []), charts] };
  return lookedAt({ ...current, ...facts, shown, wanted, ...newest, ...charted }, now);
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

/** One question may follow another between two looks: the stage is the same, and what is asked is not. */
function isNewStage(
  { environment }: Delivery,
  { shownStage, shownAsks = [] }: Message,
  incident: Incident,
): boolean {
  const now = environment.clock.now();
  const { stage } = factsOf(incident, now);
  if (stage !== shownStage) return WITHOUT_EDITS.includes(stage);
  return asksOf(incident, now).some((ask) => !shownAsks.includes(ask));
}

function asksOf(incident: Incident, now: EpochMs): string[] {
  return pendingQuestions(incident, now).map(({ key, askedAt }) => `${key}@${askedAt}`);
}
