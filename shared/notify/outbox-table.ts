import { type EpochMs, isoTime, SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { Item, Key, Table, Value } from '../ports/table.ts';

/** What every row of an outbox has besides what it says. */
export interface Kept {
  /** Something must be done about it then. The sweep looks after what nobody did. */
  dueAt?: EpochMs;
  /** It may be forgotten then. */
  keepUntil?: EpochMs;
}

export interface Stored<T> {
  sk: string;
  value: T;
}

/** Where the index keeps what is due in any channel. */
export const OUTBOX = 'OUTBOX';

/** Contention is two notifiers at once; anything beyond this is a fault, not a race. */
const MAX_LOST_RACES = 12;

export function outboxKey(channel: string, sk: string): Key {
  return { pk: `OUT#${channel}`, sk };
}

/** Of a row in the index. */
export function channelOf({ pk }: Key): string {
  return pk.slice('OUT#'.length);
}

/**
 * Changes one row by compare-and-set on its version and gives what stands there then. `change` may be called again
 * after a lost race and must be pure; returning the same value, or undefined for none, writes nothing.
 */
export async function changeValue<T extends Kept>(
  table: Table,
  channel: string,
  sk: string,
  change: (current: T | undefined) => T | undefined,
): Promise<T | undefined> {
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const item = await table.get(outboxKey(channel, sk));
    const current = item === undefined ? undefined : rowValue<T>(item);
    const next = change(current);
    if (next === current || next === undefined) return current;
    if (await write(table, channel, sk, { version: Number(item?.['version'] ?? 0), next })) return next;
  }
  const operation = 'change outbox';
  throw new PortError('conflict', `${sk} changed ${MAX_LOST_RACES} times while being written`, { operation });
}

export function rowValue<T>(item: Item): T {
  return item['value'] as unknown as T;
}

async function write<T extends Kept>(
  table: Table,
  channel: string,
  sk: string,
  { version, next }: { version: number; next: T },
): Promise<boolean> {
  const { dueAt, keepUntil } = next;
  const set = {
    value: JSON.parse(JSON.stringify(next)) as Value,
    version: version + 1,
    ...(dueAt !== undefined && { openPk: OUTBOX, openSk: `${isoTime(dueAt)}#${channel}#${sk}` }),
    ...(keepUntil !== undefined && { expiresAt: Math.ceil(keepUntil / SECOND_MS) }),
  };
  const remove = ['openPk', 'openSk', 'expiresAt'].filter((name) => !(name in set));
  const unchanged =
    version === 0
      ? ({ attribute: 'version', is: 'missing' } as const)
      : ({ attribute: 'version', is: 'equal', value: version } as const);
  return await table.update(outboxKey(channel, sk), { set, remove }, [unchanged]);
}
