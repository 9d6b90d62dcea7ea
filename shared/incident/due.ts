import { type EpochMs, isoTime } from '../clock.ts';
import type { Table, Value } from '../ports/table.ts';

/** Something the sweep must look at later, outliving the incident it came from. */
export interface DueRow {
  /** e.g. `detached-instance`. */
  kind: string;
  /** What it is about, e.g. the instance id. */
  id: string;
  dueAt: EpochMs;
  incidentId: string;
  cluster: string;
}

/** Repeating it moves nothing: the first due time stands. */
export async function putDue(table: Table, row: DueRow): Promise<void> {
  const index = { openPk: `DUE#${row.kind}`, openSk: `${isoTime(row.dueAt)}#${row.id}` };
  await table.putNew({ ...keyOf(row), ...index, row: JSON.parse(JSON.stringify(row)) as Value });
}

export async function listDue(table: Table, kind: string, now: EpochMs): Promise<DueRow[]> {
  const items = await table.queryOpen(`DUE#${kind}`, isoTime(now));
  return items.map((item) => item['row'] as unknown as DueRow);
}

export async function clearDue(table: Table, row: DueRow): Promise<void> {
  await table.update(keyOf(row), { remove: ['openPk', 'openSk'] }, [{ attribute: 'openPk', is: 'present' }]);
}

function keyOf(row: DueRow): { pk: string; sk: string } {
  return { pk: `DUE#${row.kind}`, sk: row.id };
}
