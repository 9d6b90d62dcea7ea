import { type Clock, type EpochMs, SECOND_MS } from '../shared/clock.ts';

export const LANES = ['notice', 'lifecycle'] as const;
export type Lane = (typeof LANES)[number];

/** The dead-letter queues, as far as looking at them and sending their messages again needs. Throws PortErrors. */
export interface DeadLetters {
  /** Messages waiting in the lane's dead-letter queue, about. */
  depth(lane: Lane): Promise<number>;
  /** Up to ten messages, hidden from other readers for `hideSeconds`; none left gives an empty list. */
  receive(lane: Lane, hideSeconds: number): Promise<DeadLetter[]>;
  /** Makes a received message visible again. */
  release(lane: Lane, receipt: string): Promise<void>;
  /** Sends a body to the lane itself. */
  send(lane: Lane, body: string): Promise<void>;
  /** Removes a received message for good. */
  remove(lane: Lane, receipt: string): Promise<void>;
}

export interface DeadLetter {
  id: string;
  receipt: string;
  /** As the event was sent; undefined when its encoding cannot be undone. */
  body: string | undefined;
  sentAt: EpochMs;
  /** Why it was parked; absent when SQS moved it after too many attempts. */
  reason?: string;
}

/** Long enough to look at or move a whole queue; a reader that dies gives its messages back after this. */
const HIDE_SECONDS = 120;
/** A lane's dead-letter queue is worked by hand: this bounds one command. */
const MAX_MESSAGES = 1_000;

/** Looks at up to `limit` messages and puts every one back. */
export async function peek(letters: DeadLetters, lane: Lane, limit: number): Promise<DeadLetter[]> {
  const seen = new Map<string, DeadLetter>();
  try {
    while (seen.size < limit) {
      const batch = await letters.receive(lane, HIDE_SECONDS);
      const before = seen.size;
      for (const letter of batch) seen.set(letter.id, letter);
      if (seen.size === before) break;
    }
  } finally {
    await Promise.all([...seen.values()].map(({ receipt }) => letters.release(lane, receipt)));
  }
  return [...seen.values()].slice(0, limit);
}

export interface Redriven {
  sent: number;
  /** Left where they were: what was sent could not be read back. */
  unreadable: number;
}

/**
 * Sends what is parked through the lane once more, `perSecond` messages at most. Sent before removed: a crash
 * in between means a copy, which intake recognises. Messages parked after the start are left, so that a body
 * that is parked again at once does not go round for ever.
 */
export async function redrive(
  letters: DeadLetters,
  clock: Clock,
  options: { lane: Lane; perSecond: number },
): Promise<Redriven> {
  const startedAt = clock.now();
  const done: Redriven = { sent: 0, unreadable: 0 };
  const skipped: DeadLetter[] = [];
  try {
    while (done.sent + skipped.length < MAX_MESSAGES) {
      const batch = await letters.receive(options.lane, HIDE_SECONDS);
      if (batch.length === 0) break;
      for (const letter of batch) {
        if (letter.body === undefined || letter.sentAt >= startedAt) {
          skipped.push(letter);
          continue;
        }
        await letters.send(options.lane, letter.body);
        await letters.remove(options.lane, letter.receipt);
        done.sent++;
        await clock.sleep(SECOND_MS / options.perSecond);
      }
    }
  } finally {
    await Promise.all(skipped.map(({ receipt }) => letters.release(options.lane, receipt)));
  }
  return { ...done, unreadable: skipped.filter(({ body }) => body === undefined).length };
}
