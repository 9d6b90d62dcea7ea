import { DAY_MS, type EpochMs, SECOND_MS } from '../clock.ts';
import type { Key, Table } from '../ports/table.ts';
import { sha256Hex } from './step-key.ts';

/** Of these lines, the ones people have not been told on this day (UTC). */
export async function untold(table: Table, lines: readonly string[], now: EpochMs): Promise<string[]> {
  const told = await Promise.all(lines.map((line) => table.get(keyOf(line, now))));
  return lines.filter((_, index) => told[index] === undefined);
}

export async function rememberTold(table: Table, line: string, now: EpochMs): Promise<void> {
  await table.putNew({ ...keyOf(line, now), expiresAt: Math.floor((now + 2 * DAY_MS) / SECOND_MS) });
}

function keyOf(line: string, now: EpochMs): Key {
  return { pk: `TOLD#${Math.floor(now / DAY_MS)}`, sk: sha256Hex(line).slice(0, 32) };
}
