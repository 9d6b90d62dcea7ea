import { type EpochMs, isoTime, MINUTE_MS } from '../clock.ts';
import type { Message, Outbox, Storm } from './outbox.ts';
import { STORMS } from './outbox.ts';
import type { Stored } from './outbox-table.ts';

/** The counts of a storm are told again at most this often. */
export const STORM_EVERY_MS = 5 * MINUTE_MS;

/** The storm that tells this message: one that goes on, or one that begins with it. Undefined: there is none. */
export function stormFor(outbox: Outbox, message: Message): Stored<Storm> | undefined {
  const { openedAt, rules, cluster, kind } = message;
  const known = outbox.storms.find(
    ({ sk, value }) =>
      value.cluster === cluster &&
      value.kind === kind &&
      value.endedAt === undefined &&
      openedAt >= value.since - rules.groupWithinMs &&
      openedAt <= newestOf(outbox, { sk, value }) + rules.groupWithinMs,
  );
  if (known !== undefined) return known;
  const times = alike(outbox, message).map((other) => other.openedAt);
  const before = times.filter((at) => at <= openedAt && at > openedAt - rules.groupWithinMs);
  const after = times.filter((at) => at >= openedAt && at < openedAt + rules.groupWithinMs);
  const crowd = before.length >= after.length ? before : after;
  return crowd.length > rules.stormAfter ? newStorm(message, Math.min(...crowd)) : undefined;
}

/** When the newest of those it tells was opened: one that stays open for long takes nothing new in. */
function newestOf({ messages }: Outbox, { sk, value: { since } }: Stored<Storm>): EpochMs {
  const told = messages.filter(({ value }) => value.via === sk);
  return Math.max(since, ...told.map(({ value }) => value.openedAt));
}

function newStorm({ cluster, trouble, kind, cause }: Message, since: EpochMs): Stored<Storm> {
  const about = { cluster, trouble, kind, cause, since };
  return {
    sk: `${STORMS}${cluster}#${kind}#${isoTime(since)}`,
    value: { ...about, state: 'new', tries: 0 },
  };
}

function alike({ messages }: Outbox, about: Pick<Message, 'cluster' | 'kind'>): Message[] {
  return messages
    .map(({ value }) => value)
    .filter(({ cluster, kind }) => cluster === about.cluster && kind === about.kind);
}

/** Everything alike since it began, whoever tells it. */
export function stormMembers(outbox: Outbox, storm: Storm): Message[] {
  return alike(outbox, storm).filter(({ openedAt }) => openedAt >= storm.since);
}

/** Nothing new for as long as incidents are counted together, and nothing unfinished. */
export function isStormOver(members: readonly Message[], now: EpochMs): boolean {
  return members.every(
    ({ status, openedAt, rules }) => status !== 'open' && openedAt <= now - rules.groupWithinMs,
  );
}
