import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { SECOND_MS } from '../clock.ts';
import type { People } from '../config/people.ts';
import { describeFailure } from '../errors.ts';
import { Ledger } from '../incident/ledger.ts';
import { inPool } from '../pipeline/pool.ts';
import { type Delivered, deliver } from './deliver.ts';
import type { NotifierEnvironment } from './delivery.ts';
import { readHint } from './hint.ts';
import { note } from './outbox.ts';
import { LEASE_MS } from './outbox-lease.ts';
import { channelsFor, routeOf } from './routes.ts';

const PARALLEL = 8;
/** One call to Slack with everything around it. */
const TIME_RESERVE_MS = 15 * SECOND_MS;

/** Channel → the version of its lease that somebody saw, and the records that wait for it. */
type Channels = Map<string, { seen?: number; records: Set<string> }>;

/**
 * The notifier: hints in, the ids to redeliver out. It reads the newest state of what the hints name, notes in the
 * outbox of each channel what it should show, and tells the channels what is due. Slack's troubles stay in the
 * outbox; a record comes back only when the ledger could not be read or written.
 */
export function notifier(environment: NotifierEnvironment) {
  return async (event: SQSEvent, remainingMs: () => number): Promise<SQSBatchResponse> => {
    const failed = new Set<string>();
    const channels: Channels = new Map();
    const people = await environment.people();
    if (people.slack.delivery === 'off') return { batchItemFailures: [] };
    await inPool(event.Records, PARALLEL, async (record) => {
      await isolate(environment, [record.messageId], failed, () =>
        take(environment, people, record, channels),
      );
    });
    await inPool([...channels], PARALLEL, async ([channel, { seen, records }]) => {
      await isolate(environment, records, failed, async () => {
        const isOnTime = () => remainingMs() > TIME_RESERVE_MS;
        const done = await deliver(environment, channel, { isOnTime, ...(seen !== undefined && { seen }) });
        await comeAgain(environment, channel, done);
      });
    });
    environment.metrics.flush();
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

async function isolate(
  { log }: NotifierEnvironment,
  records: Iterable<string>,
  failed: Set<string>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const messageIds = [...records];
    log.error('hint failed, will be redelivered', {
      messageId: messageIds.join(','),
      why: describeFailure(error),
    });
    for (const id of messageIds) failed.add(id);
  }
}

async function take(
  environment: NotifierEnvironment,
  people: People,
  record: SQSRecord,
  channels: Channels,
): Promise<void> {
  const read = readHint(record);
  if (read.kind === 'nothing') {
    environment.log.warn('not a hint', { messageId: record.messageId });
    return;
  }
  if (read.kind === 'channel') add(channels, read.channel, record.messageId, read.seen);
  else for (const id of read.incidents) await noteIncident(environment, people, id, { record, channels });
}

function add(channels: Channels, channel: string, messageId: string, seen?: number): void {
  const known = channels.get(channel) ?? { records: new Set() };
  known.records.add(messageId);
  const newest = seen === undefined ? known.seen : Math.max(seen, known.seen ?? 0);
  channels.set(channel, { records: known.records, ...(newest !== undefined && { seen: newest }) });
}

async function noteIncident(
  { table, clock }: NotifierEnvironment,
  people: People,
  id: string,
  { record, channels }: { record: SQSRecord; channels: Channels },
): Promise<void> {
  const incident = await new Ledger(table, clock).readIncident(id);
  // What nobody was to hear of is not for Slack either.
  if (incident === undefined || incident.announce === 0) return;
  const route = routeOf(people, incident);
  if (route === undefined) return;
  for (const channel of channelsFor(people, route)) {
    const isNews = await note(table, channel, incident, { route, now: clock.now() });
    if (isNews) add(channels, channel, record.messageId);
  }
}

async function comeAgain(
  { clock, hints }: NotifierEnvironment,
  channel: string,
  { again }: Delivered,
): Promise<void> {
  if (again === undefined) return;
  const { at, seen } = again;
  if (seen === undefined) await hints.send({ channel }, at - clock.now());
  else await hints.send({ channel, seen }, LEASE_MS);
}
