import { DAY_MS, type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { ClusterRef } from '../../shared/ports/kubernetes.ts';
import type { Condition, Item, Key, Table } from '../../shared/ports/table.ts';
import type { Performance } from './volume.ts';

/** The modifications that Paramedic made of one volume: EC2 tells of the latest alone, whoever made it. */
export interface Changes {
  /** Newest last; `key` is the step's. Written before the call, so one more may be counted than was made. */
  made: { key: string; at: EpochMs }[];
  /** What it was before the first of them, and what the last made of it. */
  original: Performance;
  ours: Performance;
}

export type Place = Pick<ClusterRef, 'account' | 'region'>;

/** Longer than the longest quiet time after which a volume gets back what it had. */
const KEPT_MS = 400 * DAY_MS;
const MAX_KEPT = 20;
const MAX_LOST_RACES = 3;

/** Undefined: none, as far as anybody remembers. */
export async function readChanges(
  table: Table,
  place: Place,
  volumeId: string,
): Promise<Changes | undefined> {
  const item = await table.get(keyOf(place, volumeId));
  return item === undefined ? undefined : changesOf(item);
}

/**
 * Writes by compare-and-set that this step is about to modify the volume. The same step again changes nothing. Throws
 * PortError `conflict` when somebody else writes it at the same time.
 */
export async function noteChange(
  table: Table,
  about: { place: Place; volumeId: string },
  change: { key: string; at: EpochMs; from: Performance; to: Performance },
): Promise<void> {
  const key = keyOf(about.place, about.volumeId);
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const item = await table.get(key);
    const known = item === undefined ? undefined : changesOf(item);
    if (known?.made.some((made) => made.key === change.key) === true) return;
    const made = [...(known?.made ?? []), { key: change.key, at: change.at }].slice(-MAX_KEPT);
    const set = {
      made,
      original: { ...(known?.original ?? change.from) },
      ours: { ...change.to },
      mark: change.key,
      expiresAt: Math.ceil((change.at + KEPT_MS) / SECOND_MS),
    };
    if (await table.update(key, { set }, [sameAs(item)])) return;
  }
  throw new PortError('conflict', 'what was modified changed while it was written', {
    operation: 'note volume modification',
  });
}

function sameAs(item: Item | undefined): Condition {
  return item === undefined
    ? { attribute: 'mark', is: 'missing' }
    : { attribute: 'mark', is: 'equal', value: String(item['mark']) };
}

function changesOf(item: Item): Changes {
  const { made, original, ours } = item;
  return { made, original, ours } as unknown as Changes;
}

function keyOf({ account, region }: Place, volumeId: string): Key {
  return { pk: `VOLUME#${account}/${region}`, sk: volumeId };
}
