import { type EpochMs, MINUTE_MS } from '../clock.ts';
import type { Table } from '../ports/table.ts';

/** Slack takes 50 edits a minute from an app, over all channels of a workspace. */
export const UPDATES_PER_MINUTE = 45;

const KEY = { pk: 'OUT', sk: 'UPDATES' };
const MAX_LOST_RACES = 12;

/** Takes one of the app's edits; else the moment when the next is free. */
export async function claimUpdate(table: Table, now: EpochMs): Promise<{ freeAt: EpochMs } | undefined> {
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const item = await table.get(KEY);
    const version = Number(item?.['version'] ?? 0);
    const all = (item?.['times'] ?? []) as number[];
    // A clock that runs ahead of ours must not hold us up for longer than the minute.
    const times = all.map((at) => Math.min(at, now)).filter((at) => at > now - MINUTE_MS);
    const [oldest = now] = times;
    if (times.length >= UPDATES_PER_MINUTE) return { freeAt: oldest + MINUTE_MS };
    const unchanged =
      version === 0
        ? ({ attribute: 'version', is: 'missing' } as const)
        : ({ attribute: 'version', is: 'equal', value: version } as const);
    const set = { times: [...times, now], version: version + 1 };
    if (await table.update(KEY, { set }, [unchanged])) return undefined;
  }
  return { freeAt: now + MINUTE_MS / UPDATES_PER_MINUTE };
}
