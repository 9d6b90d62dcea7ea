import type { EpochMs } from '../clock.ts';
import { isMissed, isUntellable, newDigest, observedUntil } from './digest.ts';
import { type Digest, isBegun, type Message, type Outbox, type Storm } from './outbox.ts';
import type { Kept, Stored } from './outbox-table.ts';
import { stormFor } from './storm.ts';

/** What to do in a channel now. */
export interface ChannelPlan {
  /** Told by a storm from now on. */
  join: { message: Stored<Message>; storm: Stored<Storm> }[];
  /** Told later. */
  hold: { message: Stored<Message>; until: EpochMs }[];
  /** Nothing to tell is known: the ledger may know more. */
  recheck: Stored<Message>[];
  /** Told by a message of their own; those that wait for a person first, then the oldest. */
  own: Stored<Message>[];
  storms: Stored<Storm>[];
  /** Those begun before come first. */
  digests: Stored<Digest>[];
}

type Way = 'own' | 'recheck' | 'missed' | { until: EpochMs } | { storm: Stored<Storm> };

/** Pure. A message that is not due now may still go into a digest that is. */
export function planChannel(outbox: Outbox, now: EpochMs): ChannelPlan {
  const begun = outbox.digests.filter((digest) => isDue(digest, now));
  const taken = new Set(begun.flatMap(({ value }) => value.members));
  const open = outbox.messages.filter(
    (message) => message.value.dueAt !== undefined && !taken.has(message.sk),
  );
  const plan: ChannelPlan = { join: [], hold: [], recheck: [], own: [], storms: [], digests: [...begun] };
  const missed = missedNow(outbox, open, now);
  for (const message of open.filter((each) => isDue(each, now))) {
    const way = wayOf(outbox, message.value, now);
    if (way === 'own' || way === 'recheck') plan[way].push(message);
    else if (way === 'missed') continue;
    else if ('storm' in way) plan.join.push({ message, storm: way.storm });
    else if (way.until > now) plan.hold.push({ message, until: way.until });
  }
  const observed = observedNow(outbox, open, now);
  if (missed.length > 0) plan.digests.push(newDigest('missed', missed, now));
  if (observed.length > 0) plan.digests.push(newDigest('observed', observed, now));
  plan.own.sort((left, right) => urgency(left) - urgency(right));
  plan.storms = outbox.storms.filter((storm) => isDue(storm, now));
  return plan;
}

export function isEmptyPlan(plan: ChannelPlan): boolean {
  return Object.values(plan).every((part: readonly unknown[]) => part.length === 0);
}

function isDue({ value }: Stored<Kept>, now: EpochMs): boolean {
  return value.dueAt !== undefined && value.dueAt <= now;
}

function wayOf(outbox: Outbox, message: Message, now: EpochMs): Way {
  if (message.wanted <= message.shown && !isBegun(message)) return 'recheck';
  if (isUntellable(message)) return isMissed(message, now) ? 'missed' : 'recheck';
  if (isBegun(message) || message.stage === 'needs-you') return 'own';
  const storm = stormFor(outbox, message);
  if (storm !== undefined) return { storm };
  const until = observedUntil(message);
  if (until !== undefined) return { until };
  return isMissed(message, now) ? 'missed' : 'own';
}

/** One that is due takes along those that were put off: what was missed is told once. */
function missedNow(outbox: Outbox, open: readonly Stored<Message>[], now: EpochMs): Stored<Message>[] {
  const missed = open.filter(({ value }) => wayOf(outbox, value, now) === 'missed');
  return missed.some((message) => isDue(message, now)) ? missed : [];
}

/** Once the first of them has waited for long enough, all are told. */
function observedNow(outbox: Outbox, open: readonly Stored<Message>[], now: EpochMs): Stored<Message>[] {
  const waiting = open.filter(({ value }) => {
    const way = wayOf(outbox, value, now);
    return typeof way === 'object' && 'until' in way;
  });
  const isTime = waiting.some(({ value }) => (observedUntil(value) ?? 0) <= now);
  return isTime ? waiting : [];
}

/** Whoever waits for a person goes before the rest; what was tried and is unclear after what was not. */
function urgency({ value }: Stored<Message>): number {
  const asks = value.stage === 'needs-you' ? 0 : 1;
  const unclear = value.state === 'posting' ? 1 : 0;
  return (asks * 2 + unclear) * 1e14 + (value.dueAt ?? 0);
}
