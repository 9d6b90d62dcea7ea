import { type EpochMs, MINUTE_MS } from '../clock.ts';
import type { Item, Table } from '../ports/table.ts';

/** Slack takes 50 edits a minute from an app, over all channels of a workspace. */
export const UPDATES_PER_MINUTE = 45;

const KEY = { pk: 'OUT', sk: 'UPDATES' };
const MAX_LOST_RACES = 12;

/** Takes one of the app's edits; else the moment when the next is free. */
export async function claimUpdate(table: Table, now: EpochMs): Promise<{ freeAt: EpochMs } | undefined> {
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const item = await table.get(KEY);
    const version = Number(item?.['version'] ?? 0);
    const { times, freeAt } = claimed(item, now);
    if (freeAt > now) return { freeAt };
    const unchanged =
      version === 0
        ? ({ attribute: 'version', is: 'missing' } as const)
        : ({ attribute: 'version', is: 'equal', value: version } as const);
    const set = { times: [...times, now], version: version + 1 };
    if (await table.update(KEY, { set }, [unchanged])) return undefined;
  }
  return { freeAt: now + MINUTE_MS / UPDATES_PER_MINUTE };
}

/** Slack asked the app to edit nothing before this moment. */
export async function holdUpdates(table: Table, until: EpochMs): Promise<void> {
  await table.update(KEY, { set: { notBefore: until } }, []);
}

function claimed(item: Item | undefined, now: EpochMs): { times: number[]; freeAt: EpochMs } {
  const all = (item?.['times'] ?? []) as number[];
  // A clock that runs ahead of ours must not hold us up for longer than the minute.
  const times = all.map((at) => Math.min(at, now)).filter((at) => at > now - MINUTE_MS);
  const [oldest = now] = times;
  const fullUntil = times.length >= UPDATES_PER_MINUTE ? oldest + MINUTE_MS : now;
  return { times, freeAt: Math.max(fullUntil, Number(item?.['notBefore'] ?? 0)) };
}
