import type { SQSRecord } from 'aws-lambda';
import type { EpochMs } from '../clock.ts';
import { describeFailure } from '../errors.ts';
import type { Signal } from '../incident/signal.ts';
import type { Environment } from './environment.ts';

/** By receive count; with the queue's ten receives they cover a two-minute notice. */
const RETRY_DELAYS_SECONDS = [2, 4, 8];
const LONGEST_RETRY_DELAY_SECONDS = 15;

/** One record and what it says. */
export interface Intake {
  record: SQSRecord;
  signals: Signal[];
}

/** One record's failure is its own: it alone is redelivered. */
export async function isolate<T>(
  environment: Environment,
  record: SQSRecord,
  failed: string[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    environment.log.error('record failed, will be redelivered', {
      messageId: record.messageId,
      why: describeFailure(error),
    });
    failed.push(record.messageId);
    const delay = error instanceof TryLater ? error.delaySeconds : delayAfter(receiveCount(record));
    await retryIn(environment, record, delay);
    return undefined;
  }
}

/** Nothing changes sooner than that. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly delaySeconds: number;

  constructor(why: string, delaySeconds: number) {
    super(why);
    this.delaySeconds = delaySeconds;
  }
}

function delayAfter(receives: number): number {
  return RETRY_DELAYS_SECONDS[receives - 1] ?? LONGEST_RETRY_DELAY_SECONDS;
}

/** Only shortens the wait: without it the record still comes back after the queue's visibility timeout. */
async function retryIn(environment: Environment, record: SQSRecord, delay: number): Promise<void> {
  try {
    await environment.ports.queue.retryAfter(record.receiptHandle, delay);
  } catch (error) {
    environment.log.warn('retry delay not set', { messageId: record.messageId, why: describeFailure(error) });
  }
}

/** By SQS's clock. Undefined: it does not say it. */
export function firstReceivedAt(record: SQSRecord): EpochMs | undefined {
  const at = Number(record.attributes.ApproximateFirstReceiveTimestamp);
  return Number.isFinite(at) ? at : undefined;
}

export function receiveCount(record: SQSRecord): number {
  const times = Number(record.attributes.ApproximateReceiveCount);
  return Number.isFinite(times) ? times : 1;
}
