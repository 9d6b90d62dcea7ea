import { DAY_MS, type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import type { Maximum } from '../../shared/errors.ts';
import type { Key, Table } from '../../shared/ports/table.ts';
import type { Place } from './changes.ts';

/** The most of gp3 that EC2 named when it refused more, here and lately; a figure that it never named is absent. */
export type LearnedMaxima = Partial<Record<Maximum['of'], LearnedMaximum>>;

export interface LearnedMaximum {
  value: number;
  /** When EC2 said so. */
  at: EpochMs;
}

/** AWS raises them Region by Region, and says so nowhere that can be read: asked anew after this. */
const KEPT_MS = 30 * DAY_MS;

/** Of this account and Region; what was learned too long ago is not given. */
export async function readMaxima(table: Table, place: Place, now: EpochMs): Promise<LearnedMaxima> {
  const item = await table.get(keyOf(place));
  const learned: LearnedMaxima = {};
  for (const figure of ['iops', 'throughputMib'] as const) {
    const maximum = item?.[figure] as unknown as LearnedMaximum | undefined;
    if (maximum !== undefined && now < maximum.at + KEPT_MS) learned[figure] = maximum;
  }
  return learned;
}

/** The newest word of EC2 counts, whether more or less than the one before. */
export async function noteMaximum(
  table: Table,
  place: Place,
  { of, value }: Maximum,
  at: EpochMs,
): Promise<void> {
  const expiresAt = Math.ceil((at + KEPT_MS) / SECOND_MS);
  await table.update(keyOf(place), { set: { [of]: { value, at }, expiresAt } }, []);
}

function keyOf({ account, region }: Place): Key {
  return { pk: `GP3MAX#${account}/${region}`, sk: 'gp3' };
}
