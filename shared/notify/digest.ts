import { type EpochMs, isoTime, MINUTE_MS } from '../clock.ts';
import { DIGESTS, type Digest, type Message, type Outbox } from './outbox.ts';
import type { Stored } from './outbox-table.ts';

/** What ended so long ago and was never told is no news of its own any more. */
export const MISSED_AFTER_MS = 15 * MINUTE_MS;
/** What nobody knows to have been told is told once more, with what is new by then. */
export const TELL_AGAIN_MS = 30 * MINUTE_MS;
/** The rest goes into the next one. */
const MAX_MEMBERS = 2_000;

/** Nobody knows whether its message stands in the channel, or Slack does not take it: only a digest can tell it. */
export function isUntellable({ state }: Message): boolean {
  return state === 'unclear' || state === 'refused';
}

/** It was not told while it was news. */
export function isMissed(message: Message, now: EpochMs): boolean {
  const { status, closedAt = now } = message;
  if (isUntellable(message)) return status !== 'open' || message.stage === 'needs-you';
  return status !== 'open' && now - closedAt > MISSED_AFTER_MS;
}

/** When an incident that only observed is told; undefined for one that is told by itself. */
export function observedUntil({ isObserved, rules, notedAt }: Message): EpochMs | undefined {
  return isObserved && rules.observeDigestMs > 0 ? notedAt + rules.observeDigestMs : undefined;
}

/** A new one; the same members at the same moment are the same digest. */
export function newDigest(
  about: Digest['about'],
  messages: readonly Stored<Message>[],
  now: EpochMs,
): Stored<Digest> {
  const members = messages
    .toSorted((left, right) => left.value.openedAt - right.value.openedAt)
    .slice(0, MAX_MEMBERS);
  const since = Math.min(...members.map(({ value }) => value.openedAt));
  return {
    sk: `${DIGESTS}${about}#${isoTime(now)}`,
    value: { about, since, members: members.map(({ sk }) => sk), state: 'new', tries: 0, dueAt: now },
  };
}

export function digestMembers(outbox: Outbox, { members }: Digest): Stored<Message>[] {
  const keys = new Set(members);
  return outbox.messages.filter(({ sk }) => keys.has(sk));
}
