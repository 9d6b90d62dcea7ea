import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Ownership } from '../cluster/ownership.ts';
import { describeFailure } from '../errors.ts';
import { Ledger } from '../incident/ledger.ts';
import { aggregateBatch } from './aggregate.ts';
import { parseEnvelope } from './envelope.ts';
import type { Environment } from './environment.ts';
import { type Intake, isolate, TryLater } from './intake.ts';
import { expandAll, isKnown, knownFirst, ownersOfAll } from './locate.ts';
import { openOrJoin } from './open.ts';
import type { Trouble } from './trouble.ts';
import { fateOf, ownerOf, SETTLED_RETRY_SECONDS, type Unplaced } from './unplaced.ts';

/** Records not started by then go back to the queue instead of being cut off half way. */
const TIME_RESERVE_MS = 3_000;
/** The long way to an owner asks every cluster. */
const SEARCH_RESERVE_MS = 8_000;

/**
 * The `receive` stage for one trouble: a batch of SQS records in, the ids to redeliver out. Nothing is lost:
 * every record ends as opened, joined, duplicate, late, foreign, gone, ignored, parked with a reason, or redelivered.
 */
export function receiver<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  return async (event: SQSEvent, remainingMs: () => number): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const intakes: Intake[] = [];
    for (const record of event.Records) {
      const intake = await isolate(environment, record, failed, () =>
        readRecord(trouble, environment, record),
      );
      if (intake !== undefined) intakes.push(intake);
    }
    if (trouble.aggregate !== undefined) {
      await isolateAll(environment, intakes, failed, () =>
        aggregateBatch(trouble, environment, intakes, remainingMs),
      );
      return endOf(environment, failed);
    }
    const located = await expandAll(trouble, environment, intakes, failed);
    const owners = await ownersOfAll(trouble, environment, located);
    for (const intake of knownFirst(located, owners)) {
      const reserve = isKnown(intake, owners) ? TIME_RESERVE_MS : SEARCH_RESERVE_MS;
      const isLate = remainingMs() < reserve;
      await isolate(environment, intake.record, failed, async () => {
        if (isLate) throw new OutOfTime('the invocation is about to end');
        await route(trouble, environment, intake, owners);
      });
    }
    return endOf(environment, failed);
  };
}

function endOf(environment: Environment, failed: readonly string[]): SQSBatchResponse {
  environment.metrics.flush();
  return { batchItemFailures: [...new Set(failed)].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Signals that are counted together fail together: all their records come again when the queue shows them again. */
async function isolateAll(
  environment: Environment,
  intakes: readonly Intake[],
  failed: string[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const records = intakes.map(({ record }) => record.messageId);
    environment.log.error('batch failed, will be redelivered', {
      records: records.length,
      why: describeFailure(error),
    });
    failed.push(...records);
  }
}

async function readRecord<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  record: SQSRecord,
): Promise<Intake | undefined> {
  const parsed = parseEnvelope(record.body);
  if (!parsed.ok) return await park(trouble, environment, record, parsed.reason);
  const read = trouble.toSignals(parsed.event);
  if (read.kind === 'malformed') return await park(trouble, environment, record, read.reason);
  if (read.kind === 'ignored') {
    count(trouble, environment, 'ignored', parsed.event.detailType);
    environment.log.info('event ignored', { eventId: parsed.event.id, why: read.reason });
    return undefined;
  }
  const { account, region } = parsed.event;
  if (account !== environment.home.account || region !== environment.home.region) {
    count(trouble, environment, 'foreign', parsed.event.detailType);
    environment.log.info('event of another account or region', { eventId: parsed.event.id, account, region });
    return undefined;
  }
  return { record, signals: read.signals };
}

/** Keeps what cannot be used where people can see it, with the reason, and takes it off the lane. */
async function park<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  record: SQSRecord,
  reason: string,
  disposition: 'malformed' | 'unknown' = 'malformed',
): Promise<undefined> {
  const { body, messageId } = record;
  await environment.ports.queue.park({ body, reason, messageId });
  count(trouble, environment, disposition, 'parked');
  environment.log.warn('record parked', { messageId, why: reason });
}

async function route<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  intake: Intake,
  owners: ReadonlyMap<string, Ownership>,
): Promise<void> {
  const ledger = new Ledger(environment.ports.table, environment.ports.clock);
  const unplaced: Unplaced[] = [];
  for (const signal of intake.signals) {
    const owner = await ownerOf(trouble, environment, ledger, { signal, owners, record: intake.record });
    if (owner.is === 'unknown') {
      // One that cannot be placed never keeps the others of its event from being treated.
      unplaced.push(
        fateOf(trouble, { record: intake.record, signal, owner, now: environment.ports.clock.now() }),
      );
      continue;
    }
    if (owner.is === 'foreign') {
      count(trouble, environment, 'foreign', signal.kind);
      environment.log.info('subject is in no cluster', { subject: signal.subject.id, why: owner.why });
      continue;
    }
    const disposition = await openOrJoin(trouble, environment, ledger, signal, {
      name: owner.cluster,
      zone: owner.instance?.zone,
    });
    count(trouble, environment, disposition, signal.kind);
  }
  await settleUnplaced(trouble, environment, intake.record, unplaced);
}

/** A record is one: what some of its signals need is done with all of it, and is safe to repeat. */
async function settleUnplaced<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  record: SQSRecord,
  unplaced: readonly Unplaced[],
): Promise<void> {
  const whyTo = (what: Unplaced['do']) => unplaced.find((each) => each.do === what)?.why;
  const [retry, parked, later] = [whyTo('retry'), whyTo('park'), whyTo('retry-later')];
  if (retry !== undefined) throw new OwnerUnknown(retry);
  if (parked !== undefined)
    return await park(trouble, environment, record, `owner unknown: ${parked}`, 'unknown');
  if (later !== undefined) throw new TryLater(later, SETTLED_RETRY_SECONDS);
  for (const { signal, why } of unplaced) {
    count(trouble, environment, 'gone', signal.kind);
    environment.log.info('subject is gone', { eventId: signal.eventId, subject: signal.subject.id, why });
  }
}

/** Started records end in time; the rest go back to the queue. */
class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

class OwnerUnknown extends Error {
  override readonly name = 'OwnerUnknown';
}

function count<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  disposition: string,
  kind: string,
): void {
  environment.metrics.count('Signals', { trouble: trouble.name, kind, disposition });
}
