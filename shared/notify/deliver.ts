import { type EpochMs, MINUTE_MS } from '../clock.ts';
import { describeFailure, PortError } from '../errors.ts';
import type { Incident } from '../incident/incident.ts';
import { Ledger } from '../incident/ledger.ts';
import { inPool } from '../pipeline/pool.ts';
import { joinStorm, tellDigest, tellStorm } from './deliver-board.ts';
import { leaveOut, tellPicture } from './deliver-chart.ts';
import { forget } from './deliver-forget.ts';
import { lineOf } from './deliver-line.ts';
import { tellMessage } from './deliver-message.ts';
import { type ChannelPlan, isEmptyPlan, planChannel } from './deliver-plan.ts';
import { change } from './deliver-post.ts';
import { Sender } from './deliver-sender.ts';
import type { Delivery, NotifierEnvironment } from './delivery.ts';
import { lookedAt, type Message, note, type Outbox, readOutbox } from './outbox.ts';
import { acquire, type Lease, leave, release, ring } from './outbox-lease.ts';
import type { Kept, Stored } from './outbox-table.ts';
import { isServed, routeOf } from './routes.ts';

const PARALLEL = 8;
/** What comes of one message's trouble must not keep the others waiting. */
const AFTER_BUG_MS = 5 * MINUTE_MS;
/** What is due later is the sweep's to remember. */
const WAKE_WITHIN_MS = 10 * MINUTE_MS;
/** A channel that always has more to do is somebody else's turn after so many looks. */
const MAX_ROUNDS = 50;
/** A question that comes in meanwhile does not wait for a long row of others. */
const MESSAGES_PER_ROUND = 3;

/** `again`: somebody must come then; with `seen`, only to find out whether the holder of the channel is gone. */
export interface Delivered {
  again?: { at: EpochMs; seen?: number };
}

export interface DeliverOptions {
  /** False when the function is about to end. */
  isOnTime(): boolean;
  /** The version of a lease that was held when somebody looked a lease's time ago. */
  seen?: number;
}

/**
 * Tells one channel what is due there. One notifier at a time does; who finds the channel held asks its holder to
 * look once more. Throws when the ledger cannot be read or written: everything stays due then.
 */
export async function deliver(
  environment: NotifierEnvironment,
  channel: string,
  { isOnTime, seen }: DeliverOptions,
): Promise<Delivered> {
  const { table, clock } = environment;
  let held = await acquire(table, channel, seen);
  if (held.is === 'busy') {
    await ring(table, channel);
    held = await acquire(table, channel, seen);
  }
  if (held.is === 'busy') return { again: { at: clock.now(), seen: held.version } };
  try {
    const delivery = await deliveryOf(environment, channel, held.lease, isOnTime);
    if (!isServed(delivery.people, channel)) await forget(delivery);
    const delivered = await tellAll(delivery, held.lease);
    leaveOut(delivery);
    return delivered;
  } catch (error) {
    // Best effort: without it the next one waits for the lease to run out.
    await leave(table, channel, held.lease).catch(() => undefined);
    throw error;
  }
}

async function deliveryOf(
  environment: NotifierEnvironment,
  channel: string,
  lease: Lease,
  isOnTime: () => boolean,
): Promise<Delivery> {
  const people = await environment.people();
  const { clock, table, log, metrics } = environment;
  const line = lineOf(environment, people.slack, channel);
  const sender = new Sender({ line, channel: lease.channel, clock, table, log, metrics });
  return { environment, ledger: new Ledger(table, clock), channel, people, sender, pictures: [], isOnTime };
}

async function tellAll(delivery: Delivery, lease: Lease): Promise<Delivered> {
  const { environment, channel } = delivery;
  const { table } = environment;
  for (let round = 1; ; round++) {
    const nothingDue = await tellRound(delivery);
    if (nothingDue === undefined && round < MAX_ROUNDS && mayGoOn(delivery)) continue;
    const again = nextLook(delivery, nothingDue ?? (await readOutbox(table, channel)), lease);
    const released = await release(table, channel, lease);
    if (released.is !== 'rung') return again === undefined ? {} : { again: { at: again } };
    lease.asked = released.asked;
    if (!mayGoOn(delivery) || round >= MAX_ROUNDS) {
      await leave(table, channel, lease);
      return { again: { at: Math.max(environment.clock.now(), delivery.sender.notBefore) } };
    }
  }
}

function mayGoOn({ sender, isOnTime }: Delivery): boolean {
  return isOnTime() && !sender.isSilent;
}

/** The channel as it is when nothing is due in it; undefined when there may be more to do. */
async function tellRound(delivery: Delivery): Promise<Outbox | undefined> {
  if (!mayGoOn(delivery)) return undefined;
  const { environment, channel } = delivery;
  const outbox = await readOutbox(environment.table, channel);
  const plan = planChannel(outbox, environment.clock.now());
  // One at a time: what is due meanwhile goes first.
  if (isEmptyPlan(plan)) return (await tellPicture(delivery)) ? undefined : outbox;
  await putAside(delivery, plan);
  for (const message of plan.own.slice(0, MESSAGES_PER_ROUND))
    await oneByOne(delivery, message.sk, () => tellMessage(delivery, message));
  for (const storm of plan.storms)
    await oneByOne(delivery, storm.sk, () => tellStorm(delivery, storm, outbox));
  for (const digest of plan.digests)
    await oneByOne(delivery, digest.sk, () => tellDigest(delivery, digest, outbox));
  return undefined;
}

/** What needs no call to Slack. */
async function putAside(delivery: Delivery, plan: ChannelPlan): Promise<void> {
  await inPool(plan.join, PARALLEL, ({ message, storm }) => joinStorm(delivery, message, storm));
  await inPool(plan.hold, PARALLEL, async ({ message, until }) => {
    await change<Message>(delivery, message.sk, (current) => ({ ...current, dueAt: until }));
  });
  await inPool(plan.recheck, PARALLEL, (message) => recheck(delivery, message));
}

/** The ledger may know what no hint has told. */
async function recheck(delivery: Delivery, { sk, value }: Stored<Message>): Promise<void> {
  const { environment, ledger, people, channel } = delivery;
  const now = environment.clock.now();
  const incident = await ledger.readGeneration(value.incidentId, value.generation);
  const route = incident === undefined ? undefined : routeOf(people, incident);
  if (incident !== undefined && route !== undefined && isNews(value, incident)) {
    await note(environment.table, channel, incident, { route, now });
    return;
  }
  await change<Message>(delivery, sk, (current) => lookedAt({ ...current, wanted: current.shown }, now));
}

function isNews({ wanted }: Message, { announce }: Incident): boolean {
  return announce > wanted;
}

async function oneByOne(delivery: Delivery, sk: string, work: () => Promise<void>): Promise<void> {
  if (!mayGoOn(delivery)) return;
  const { environment } = delivery;
  try {
    await work();
  } catch (error) {
    if (error instanceof PortError) throw error;
    environment.log.error('not told, tried again later', { sk, why: describeFailure(error) });
    const dueAt = environment.clock.now() + AFTER_BUG_MS;
    await change(delivery, sk, (row) => ({ ...row, dueAt }));
  }
}

/** When somebody must come back; undefined when that is long off, or a hint is under way already. */
function nextLook({ environment, sender }: Delivery, outbox: Outbox, lease: Lease): EpochMs | undefined {
  const now = environment.clock.now();
  const rows: Stored<Kept>[] = [...outbox.messages, ...outbox.storms, ...outbox.digests];
  const due = rows.flatMap(({ value }) => (value.dueAt === undefined ? [] : [value.dueAt]));
  const at = Math.max(Math.min(...due), sender.notBefore, now);
  const { wakeAt = 0 } = lease.channel;
  if (at > now + WAKE_WITHIN_MS || (wakeAt > now && wakeAt <= at)) return undefined;
  lease.channel.wakeAt = at;
  return at;
}
