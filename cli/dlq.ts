import { type Clock, type EpochMs, SECOND_MS } from '../shared/clock.ts';
import { isFailure } from '../shared/errors.ts';
import type { Trouble } from '../shared/pipeline/trouble.ts';

/** One queue of a trouble. */
export interface Lane {
  trouble: string;
  /** `notice` for events whose time is short, `lifecycle` for the rest. */
  kind: 'notice' | 'lifecycle';
  /** What its queue is named after the stage. */
  name: string;
}

/** Every lane there is: a trouble has the ones that its events travel on. */
export function lanesOf(troubles: readonly Pick<Trouble, 'name' | 'events'>[]): Lane[] {
  return troubles.flatMap(({ name: trouble, events }) =>
    (['notice', 'lifecycle'] as const)
      .filter((kind) => events.some(({ urgent }) => (urgent === true) === (kind === 'notice')))
      .map((kind) => ({ trouble, kind, name: `${trouble}-${kind}` })),
  );
}

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
  const held = new Map<string, DeadLetter>();
  try {
    while (held.size < limit) {
      const before = held.size;
      for (const letter of await letters.receive(lane, HIDE_SECONDS)) held.set(letter.id, letter);
      if (held.size === before) break;
    }
  } finally {
    await releaseAll(letters, lane, held);
  }
  return [...held.values()].slice(0, limit);
}

export interface Redriven {
  sent: number;
  /** Left where they were: SQS would refuse them, or they cannot be read back. */
  kept: number;
}

/**
 * Sends what is parked through the lane once more, `perSecond` messages at most. Sent before removed: a crash
 * in between means a copy, which intake recognises. Messages parked after the start are left, so that a body
 * that is parked again at once does not go round for ever.
 */
export async function redrive(
  letters: DeadLetters,
  clock: Clock,
  { lane, perSecond }: { lane: Lane; perSecond: number },
): Promise<Redriven> {
  const startedAt = clock.now();
  const done: Redriven = { sent: 0, kept: 0 };
  const held = new Map<string, DeadLetter>();
  try {
    while (done.sent + held.size < MAX_MESSAGES) {
      const batch = await letters.receive(lane, HIDE_SECONDS);
      if (batch.length === 0) break;
      for (const letter of batch) held.set(letter.id, letter);
      for (const letter of batch.filter(({ sentAt }) => sentAt < startedAt)) {
        if (await sendAgain(letters, lane, letter)) {
          held.delete(letter.id);
          done.sent++;
        } else done.kept++;
        await clock.sleep(SECOND_MS / perSecond);
      }
    }
  } finally {
    await releaseAll(letters, lane, held);
  }
  return done;
}

/** False for a body that SQS cannot carry: it was parked encoded for that reason. */
async function sendAgain(letters: DeadLetters, lane: Lane, { body, receipt }: DeadLetter): Promise<boolean> {
  if (body === undefined || !body.isWellFormed()) return false;
  try {
    await letters.send(lane, body);
  } catch (error) {
    if (isFailure(error, 'invalid')) return false;
    throw error;
  }
  await letters.remove(lane, receipt);
  return true;
}

/** What cannot be released comes back by itself after `HIDE_SECONDS`. */
async function releaseAll(
  letters: DeadLetters,
  lane: Lane,
  held: ReadonlyMap<string, DeadLetter>,
): Promise<void> {
  await Promise.allSettled([...held.values()].map(({ receipt }) => letters.release(lane, receipt)));
}
