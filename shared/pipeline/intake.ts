import type { SQSRecord } from 'aws-lambda';
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
    await retrySoon(environment, record);
    return undefined;
  }
}

/** Only shortens the wait: without it the record still comes back after the queue's visibility timeout. */
async function retrySoon(environment: Environment, record: SQSRecord): Promise<void> {
  try {
    const delay = RETRY_DELAYS_SECONDS[receiveCount(record) - 1] ?? LONGEST_RETRY_DELAY_SECONDS;
    await environment.ports.queue.retryAfter(record.receiptHandle, delay);
  } catch (error) {
    environment.log.warn('retry delay not set', { messageId: record.messageId, why: describeFailure(error) });
  }
}

export function receiveCount(record: SQSRecord): number {
  const times = Number(record.attributes.ApproximateReceiveCount);
  return Number.isFinite(times) ? times : 1;
}
