import { type EpochMs, MINUTE_MS } from '../clock.ts';
import type { Item, Table, Value } from '../ports/table.ts';
import { outboxKey } from './outbox-table.ts';

/** Nobody holds a channel for longer: the function that does ends before. */
export const LEASE_MS = MINUTE_MS;

/** What is known of a channel between two holders. */
export interface Channel {
  /** Slack asked us to wait, or does not answer. */
  notBefore?: EpochMs;
  /** Calls in a row that brought nothing. */
  failures: number;
  /** The newest call. */
  sentAt?: EpochMs;
  /** A hint is under way for then. */
  wakeAt?: EpochMs;
}

export interface Lease {
  version: number;
  /** How often somebody who found the channel busy has asked its holder to look once more. */
  asked: number;
  channel: Channel;
}

export type Acquired = { is: 'mine'; lease: Lease } | { is: 'busy'; version: number };

const HEAD = 'HEAD';

/**
 * The right to speak in a channel, held by one notifier at a time. Versions are compared, never the clocks of two
 * machines: who finds it held comes again with the version it saw, LEASE_MS later by the queue's time, and takes it
 * only if that version has not moved.
 */
export async function acquire(table: Table, channel: string, seen?: number): Promise<Acquired> {
  const item = await table.get(outboxKey(channel, HEAD));
  const version = versionOf(item);
  if (item?.['held'] === true && version !== seen) return { is: 'busy', version };
  const next = version + 1;
  const isMine = await table.update(outboxKey(channel, HEAD), { set: { held: true, version: next } }, [
    unchanged(version),
  ]);
  if (!isMine) return { is: 'busy', version: versionOf(await table.get(outboxKey(channel, HEAD))) };
  return { is: 'mine', lease: { version: next, asked: askedOf(item), channel: channelIn(item) } };
}

/** Asks the holder to look once more before it gives the channel back. */
export async function ring(table: Table, channel: string): Promise<void> {
  await table.update(outboxKey(channel, HEAD), { add: { asked: 1 } }, []);
}

/**
 * Gives the channel back with what was learned of it. `rung`: somebody asked for another look meanwhile, and the
 * channel is still held. `lost`: somebody else has taken it.
 */
export async function release(
  table: Table,
  channel: string,
  lease: Lease,
): Promise<{ is: 'released' } | { is: 'lost' } | { is: 'rung'; asked: number }> {
  const { version, asked } = lease;
  const quiet =
    asked === 0
      ? ({ attribute: 'asked', is: 'missing' } as const)
      : ({ attribute: 'asked', is: 'equal', value: asked } as const);
  const key = outboxKey(channel, HEAD);
  if (await table.update(key, { set: givenBack(lease) }, [unchanged(version), quiet]))
    return { is: 'released' };
  const item = await table.get(key);
  return versionOf(item) === version ? { is: 'rung', asked: askedOf(item) } : { is: 'lost' };
}

/** As `release`, whoever rang: the holder has no time left, and tells the queue so. */
export async function leave(table: Table, channel: string, lease: Lease): Promise<void> {
  await table.update(outboxKey(channel, HEAD), { set: givenBack(lease) }, [unchanged(lease.version)]);
}

function givenBack({ version, channel }: Lease): Record<string, Value> {
  return { held: false, version: version + 1, known: JSON.parse(JSON.stringify(channel)) as Value };
}

function unchanged(version: number) {
  return version === 0
    ? ({ attribute: 'version', is: 'missing' } as const)
    : ({ attribute: 'version', is: 'equal', value: version } as const);
}

function versionOf(item: Item | undefined): number {
  return Number(item?.['version'] ?? 0);
}

function askedOf(item: Item | undefined): number {
  return Number(item?.['asked'] ?? 0);
}

function channelIn(item: Item | undefined): Channel {
  const known = (item?.['known'] ?? {}) as Partial<Channel>;
  return { ...known, failures: known.failures ?? 0 };
}
