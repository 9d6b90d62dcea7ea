import { DAY_MS, type EpochMs, SECOND_MS } from '../clock.ts';
import type { Table } from '../ports/table.ts';

/** One step that was done on purpose to the subject of an incident. The incident's id is the fingerprint. */
export interface Treated {
  generation: number;
  action: string;
  /** Of the step, see `stepKey`. */
  key: string;
  at: EpochMs;
}

/** How often the subject was treated: the action that was done most often counts, so a plan of four steps is one. */
export function treatmentsOf(treated: readonly Treated[]): number {
  return Math.max(
    0,
    ...[...Map.groupBy(treated, ({ action }) => action).values()].map((list) => list.length),
  );
}

/** The step was begun already, or belongs to a treatment that is under way and has not had its share of it. */
export function mayGoOn(
  treated: readonly Treated[],
  { generation, action, key }: Omit<Treated, 'at'>,
  limit: number,
): boolean {
  const own = treated.filter((one) => one.generation === generation);
  if (own.some((one) => one.key === key)) return true;
  return own.length > 0 && treated.filter((one) => one.action === action).length < limit;
}

/** Once per step and generation, however often it is repeated. Kept as long as it can count. */
export async function noteTreated(
  table: Table,
  incidentId: string,
  { generation, action, key, at }: Treated,
  withinMs: number,
): Promise<void> {
  const sk = `${TREATED}${String(generation).padStart(6, '0')}#${key}`;
  const expiresAt = Math.ceil((at + withinMs + DAY_MS) / SECOND_MS);
  await table.putNew({ pk: pkOf(incidentId), sk, generation, action, key, at, expiresAt });
}

/** Everything that is kept; older than the window does not count any more. */
export async function readTreated(table: Table, incidentId: string): Promise<Treated[]> {
  const items = await table.query(pkOf(incidentId), TREATED);
  return items.map((item) => ({
    generation: Number(item['generation']),
    action: String(item['action']),
    key: String(item['key']),
    at: Number(item['at']),
  }));
}

/**
 * Whether this generation is the one that tells people of the quarantine: one does within the window, by a conditional
 * write. Asking again gives the same answer.
 */
export async function claimPage(
  table: Table,
  incidentId: string,
  { generation, withinMs, now }: { generation: number; withinMs: number; now: EpochMs },
): Promise<boolean> {
  const key = { pk: pkOf(incidentId), sk: 'PAGE' };
  const known = await table.get(key);
  if (known !== undefined && Number(known['generation']) === generation) return true;
  const at = Number(known?.['at'] ?? 0);
  if (known !== undefined && at > now - withinMs) return false;
  const unchanged =
    known === undefined
      ? ({ attribute: 'at', is: 'missing' } as const)
      : ({ attribute: 'at', is: 'equal', value: at } as const);
  const expiresAt = Math.ceil((now + withinMs + DAY_MS) / SECOND_MS);
  return await table.update(key, { set: { generation, at: now, expiresAt } }, [unchanged]);
}

const TREATED = 'T#';

function pkOf(incidentId: string): string {
  return `QUARANTINE#${incidentId}`;
}
