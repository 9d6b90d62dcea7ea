import type { Incident } from '../incident/incident.ts';
import { inPool } from '../pipeline/pool.ts';
import { change, editRow, postRow, type Told } from './deliver-post.ts';
import { guarded, viewOf } from './deliver-render.ts';
import type { Delivery } from './delivery.ts';
import { digestMembers, TELL_AGAIN_MS } from './digest.ts';
import { type Digest, lookedAt, type Message, type Outbox, type Storm } from './outbox.ts';
import { changeValue, type Stored } from './outbox-table.ts';
import { renderDigest, renderMissed, renderStorm } from './slack/boards.ts';
import { isStormOver, STORM_EVERY_MS, stormMembers } from './storm.ts';

const PARALLEL = 8;
/** Of a larger crowd the newest are read. */
const MAX_READ = 1_000;

/** From now on the storm tells this message. The storm is due before, so that a crash in between loses nothing. */
export async function joinStorm(
  { environment, channel }: Delivery,
  message: Stored<Message>,
  storm: Stored<Storm>,
): Promise<void> {
  const now = environment.clock.now();
  await changeValue<Storm>(environment.table, channel, storm.sk, (current) =>
    current === undefined ? { ...storm.value, dueAt: now } : current,
  );
  await changeValue<Message>(environment.table, channel, message.sk, (current) => {
    if (current === undefined || current.stage === 'needs-you') return current;
    const { wanted } = message.value;
    return lookedAt({ ...current, via: storm.sk, shown: Math.max(current.shown, wanted) }, now);
  });
}

/** One message with the newest counts; it is edited while the storm lasts, and once more when it is over. */
export async function tellStorm(
  delivery: Delivery,
  { sk, value }: Stored<Storm>,
  outbox: Outbox,
): Promise<void> {
  const now = delivery.environment.clock.now();
  const members = stormMembers(outbox, value);
  const incidents = await readAll(delivery, members);
  const isOver = isStormOver(members, now) && incidents.every(({ status }) => status === 'closed');
  const told = await tellCounts(delivery, { sk, value }, incidents, isOver ? now : undefined);
  if (told === 'not-now') return;
  await change<Storm>(delivery, sk, ({ dueAt: _, ...storm }) => {
    if (told === 'given-up') return { ...storm, state: 'new', tries: 0, dueAt: now + TELL_AGAIN_MS };
    if (!isOver) return { ...storm, toldAt: now, dueAt: now + STORM_EVERY_MS };
    return { ...storm, toldAt: now, endedAt: now, keepUntil: now + 3 * TELL_AGAIN_MS };
  });
}

async function tellCounts(
  delivery: Delivery,
  { sk, value }: Stored<Storm>,
  incidents: readonly Incident[],
  endedAt: number | undefined,
): Promise<Told> {
  const { cluster, cause, since, ts, state } = value;
  // Without edits every telling is another message: the first and the last are enough.
  if (ts === undefined && state === 'posted' && endedAt === undefined) return 'told';
  const about = { cluster, cause, since, incidents, ...(endedAt !== undefined && { endedAt }) };
  const message = guarded(delivery, renderStorm(about, viewOf(delivery)));
  if (ts === undefined) return await postRow<Storm>(delivery, sk, message);
  const edited = await editRow<Storm>(delivery, sk, ts, message);
  return edited === 'gone' ? await postRow<Storm>(delivery, sk, message) : edited;
}

/** Writes down who is in it, tells it, and then that they are told. Whoever comes after a crash goes on from there. */
export async function tellDigest(
  delivery: Delivery,
  { sk, value }: Stored<Digest>,
  outbox: Outbox,
): Promise<void> {
  const { environment, channel } = delivery;
  const digest = await changeValue<Digest>(environment.table, channel, sk, (current) => current ?? value);
  if (digest === undefined) return;
  const members = digestMembers(outbox, digest);
  const told =
    digest.state === 'posted' ? 'told' : await postDigest(delivery, { sk, value: digest }, members);
  if (told === 'not-now') return;
  const now = environment.clock.now();
  await inPool(members, PARALLEL, async ({ sk: member, value: { wanted } }) => {
    await change<Message>(delivery, member, (current) =>
      told === 'told'
        ? lookedAt({ ...current, shown: Math.max(current.shown, wanted) }, now)
        : { ...current, dueAt: now + TELL_AGAIN_MS },
    );
  });
  await change<Digest>(delivery, sk, ({ dueAt: _, ...rest }) => ({
    ...rest,
    keepUntil: now + 3 * TELL_AGAIN_MS,
  }));
}

async function postDigest(
  delivery: Delivery,
  { sk, value }: Stored<Digest>,
  members: readonly Stored<Message>[],
): Promise<Told> {
  const incidents = await readAll(
    delivery,
    members.map((member) => member.value),
  );
  const period = { from: value.since, until: delivery.environment.clock.now(), incidents };
  const render = value.about === 'observed' ? renderDigest : renderMissed;
  return await postRow<Digest>(delivery, sk, guarded(delivery, render(period, viewOf(delivery))));
}

/** As the ledger has them now. One that is gone is left out. */
async function readAll({ ledger }: Delivery, messages: readonly Message[]): Promise<Incident[]> {
  const newest = messages.toSorted((left, right) => right.openedAt - left.openedAt).slice(0, MAX_READ);
  const found: Incident[] = [];
  await inPool(newest, PARALLEL, async ({ incidentId, generation }) => {
    const incident = await ledger.readGeneration(incidentId, generation);
    if (incident !== undefined) found.push(incident);
  });
  return found;
}
