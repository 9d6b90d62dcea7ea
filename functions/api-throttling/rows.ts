import type { EpochMs } from '../../shared/clock.ts';
import { inPool } from '../../shared/pipeline/pool.ts';
import type { Table, Value } from '../../shared/ports/table.ts';
import type { Attribution, Controller } from './attribution/index.ts';
import type { ThrottledCall } from './calls.ts';
import { blocksBetween, expiryOf, idHash, type Place, rateKey, ratePk } from './keys.ts';
import { minuteOf } from './rate.ts';
import { idsAttribute, isFull, MAX_IDS, type RateRow, rowOf, scopeName } from './window.ts';

const PARALLEL = 8;

export interface AttributedCall {
  call: ThrottledCall;
  attribution: Attribution;
  /** Who called as the call alone says it: part of the row's key. */
  keyed: Controller;
}

/** What one write puts into one row. */
interface Addition {
  key: { pk: string; sk: string };
  sets: Record<string, string[]>;
  newest: AttributedCall;
}

/**
 * Remembers each call once, with one write per minute, API and caller however many calls there are; a second one where
 * the set of one cluster is full.
 */
export async function remember(table: Table, calls: readonly AttributedCall[]): Promise<void> {
  await inPool(additionsOf(calls), PARALLEL, async ({ key, sets, newest }) => {
    const { call, attribution } = newest;
    const set = {
      call: plain(call),
      attribution: plain(attribution),
      expiresAt: expiryOf(minuteOf(call.at)),
    };
    const item = await table.addToSet(key, sets, { bound: MAX_IDS, set });
    // A full set kept all of them out: whoever is loud in one cluster hides no other.
    const left = Object.entries(sets).filter(([name]) => !isFull(item[name]));
    if (left.length > 0 && left.length < Object.keys(sets).length)
      await table.addToSet(key, Object.fromEntries(left), { bound: MAX_IDS, set });
  });
}

function additionsOf(calls: readonly AttributedCall[]): Addition[] {
  const additions = new Map<string, Addition>();
  for (const each of calls) {
    const key = rateKey(each.call, each.keyed);
    const found = additions.get(key.sk) ?? { key, sets: {}, newest: each };
    additions.set(key.sk, found);
    const set = idsAttribute(scopeName(each.attribution));
    found.sets[set] = [...(found.sets[set] ?? []), idHash(each.call.eventId)];
    if (each.call.at > found.newest.call.at) found.newest = each;
  }
  return [...additions.values()];
}

/** Every row of a place whose minute lies between two moments: one query for each ten minutes. */
export async function readRows(table: Table, place: Place, from: EpochMs, to: EpochMs): Promise<RateRow[]> {
  const blocks = blocksBetween(from, to);
  const found = await Promise.all(blocks.map((block) => table.query(ratePk(place), block)));
  return found
    .flat()
    .map(rowOf)
    .filter((row) => row !== undefined)
    .filter(({ minute }) => minute >= minuteOf(from) && minute <= to);
}

function plain(value: unknown): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
