import type { ParkedRecord, Queue } from '../shared/ports/messages.ts';
import { copyOf } from './copy.ts';

/** Keeps what was parked, and which records were put off. */
export class RecordedQueue implements Queue {
  readonly parked: ParkedRecord[] = [];
  readonly retries: { receiptHandle: string; delaySeconds: number }[] = [];

  async park(parked: ParkedRecord): Promise<void> {
    this.parked.push(copyOf(parked));
  }

  async retryAfter(receiptHandle: string, delaySeconds: number): Promise<void> {
    this.retries.push({ receiptHandle, delaySeconds });
  }
}
