import { DAY_MS, type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { ClusterRef } from '../../shared/ports/kubernetes.ts';
import type { Condition, Item, Key, Table, Value } from '../../shared/ports/table.ts';
import { isSame } from './performance.ts';
import type { Performance } from './volume.ts';

/** The modifications that Paramedic made of one volume: EC2 tells of the latest alone, whoever made it. */
export interface Changes {
  /**
   * Newest last; `key` is the step's. Written before the call, so one more may be counted than was made; what EC2
   * refused is taken out again.
   */
  made: { key: string; at: EpochMs }[];
  /** What it was before the first of them, and what the last made of it. */
  original: Performance;
  ours: Performance;
  /** What somebody else made of it last: less than that it is not given back to. */
  base: Performance;
}

/** A volume that Paramedic changed, as the sweep finds it. */
export interface ChangedVolume extends Changes {
  id: string;
  /** When the sweep last looked whether to give something back; absent: never. */
  lookedAt?: EpochMs;
}

export type Place = Pick<ClusterRef, 'account' | 'region'>;

interface About {
  place: Place;
  volumeId: string;
}

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

/** Every volume that was changed for this cluster: one query for all clusters of the account and Region. */
export async function listChanged(table: Table, cluster: ClusterRef): Promise<ChangedVolume[]> {
  const items = await table.query(pkOf(cluster));
  return items
    .filter((item) => item['cluster'] === cluster.name)
    .flatMap((item) => {
      const { sk: id, lookedAt } = item;
      const known = changesOf(item);
      return known === undefined ? [] : [{ id, ...known, ...(typeof lookedAt === 'number' && { lookedAt }) }];
    });
}

/** Never brings back a row that has expired meanwhile. */
export async function noteLook(table: Table, place: Place, volumeId: string, at: EpochMs): Promise<void> {
  const exists = { attribute: 'mark', is: 'present' } as const;
  await table.update(keyOf(place, volumeId), { set: { lookedAt: at } }, [exists]);
}

/**
 * Writes by compare-and-set that this step is about to modify the volume. The same step again changes nothing. Throws
 * PortError `conflict` when somebody else writes it at the same time.
 */
export async function noteChange(
  table: Table,
  about: { place: ClusterRef; volumeId: string },
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
      base: { ...(isOurs(known, change.from) ? known.base : change.from) },
      cluster: about.place.name,
      mark: change.key,
      previous: known === undefined ? null : asItem(known),
      expiresAt: Math.ceil((change.at + KEPT_MS) / SECOND_MS),
    };
    if (await table.update(key, { set }, [sameAs(item)])) return;
  }
  throw new PortError('conflict', 'what was modified changed while it was written', {
    operation: 'note volume modification',
  });
}

/**
 * Takes back what `noteChange` wrote of a step that EC2 has refused: nothing was changed, so nothing is Paramedic's, and
 * it is none of the four that EC2 takes in a day, which count what was accepted. Does nothing where another change was
 * noted since, and the same again changes nothing. A crash before it leaves the row as it was noted: the step is done
 * again then, and EC2 either refuses it again or makes the row true.
 */
export async function takeBackChange(table: Table, about: About, key: string): Promise<void> {
  await backToPrevious(table, about, key, 'not made');
}

/** The same of a modification that EC2 took and could not apply: one of the four in a day, and nothing is Paramedic's. */
export async function takeBackFailed(table: Table, about: About, key: string): Promise<void> {
  await backToPrevious(table, about, key, 'made');
}

async function backToPrevious(
  table: Table,
  about: About,
  key: string,
  counts: 'made' | 'not made',
): Promise<void> {
  const rowKey = keyOf(about.place, about.volumeId);
  const item = await table.get(rowKey);
  const previous = item?.['previous'];
  // Rows of older versions do not say what stood there before.
  if (item === undefined || item['mark'] !== key || previous === undefined) return;
  const mark = `${key}, taken back`;
  const { made, base } = item;
  const before = previous as Record<string, Value> | null;
  let set: Record<string, Value> = { ...before, mark };
  if (counts === 'made' && made !== undefined && base !== undefined)
    set = { ...(before ?? { ours: base }), made, mark };
  // Of a first one nothing is left, unless it counts.
  const remove = 'ours' in set ? ['previous'] : ['previous', 'made', 'original', 'ours', 'base'];
  await table.update(rowKey, { set, remove }, [sameAs(item)]);
}

function asItem({ made, original, ours, base }: Changes): Record<string, Value> {
  return {
    made: made.map((each) => ({ ...each })),
    original: { ...original },
    ours: { ...ours },
    base: { ...base },
  };
}

function isOurs(known: Changes | undefined, from: Performance): known is Changes {
  return known !== undefined && isSame(known.ours, from);
}

function sameAs(item: Item | undefined): Condition {
  return item === undefined
    ? { attribute: 'mark', is: 'missing' }
    : { attribute: 'mark', is: 'equal', value: String(item['mark']) };
}

/** Undefined: all that was noted was taken back. */
function changesOf(item: Item): Changes | undefined {
  const { made, original, ours, base } = item;
  if (original === undefined) return undefined;
  return { made, original, ours, base } as unknown as Changes;
}

function keyOf(place: Place, volumeId: string): Key {
  return { pk: pkOf(place), sk: volumeId };
}

function pkOf({ account, region }: Place): string {
  return `VOLUME#${account}/${region}`;
}
