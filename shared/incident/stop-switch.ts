import type { Clock, EpochMs } from '../clock.ts';
import { describeFailure, isFailure } from '../errors.ts';
import type { Table } from '../ports/table.ts';

/** `unreadable` is not `clear`: nothing may start on a switch nobody can see. */
export type StopState =
  | { state: 'clear' }
  | { state: 'engaged'; by: string; reason: string; at: EpochMs }
  | { state: 'unreadable'; why: string }
  /** An explicit Deny hides it, or a permission is missing: somebody stopped us from outside. */
  | { state: 'denied'; why: string };

const KEY = { pk: 'SWITCH', sk: 'STOP' };

/** Strongly consistent; read right before mutations. Never throws. */
export async function readStop(table: Table): Promise<StopState> {
  try {
    const item = await table.get(KEY);
    if (item === undefined || item['engaged'] === false) return { state: 'clear' };
    if (item['engaged'] !== true) return { state: 'unreadable', why: 'engaged is neither true nor false' };
    return {
      state: 'engaged',
      by: String(item['by']),
      reason: String(item['reason']),
      at: Number(item['at']),
    };
  } catch (error) {
    const why = describeFailure(error);
    return { state: isFailure(error, 'unauthorised') ? 'denied' : 'unreadable', why };
  }
}

/**
 * Engages or releases the switch and keeps who, why and when as a history row. Engaging waits for nothing; nothing is
 * released that the history does not tell of.
 */
export async function writeStop(
  table: Table,
  clock: Clock,
  change: { engaged: boolean; by: string; reason: string },
): Promise<void> {
  const at = clock.now();
  const sk = `H#${at}#${change.engaged ? 'stop' : 'resume'}`;
  if (!change.engaged) await table.putNew({ pk: KEY.pk, sk, ...change, at });
  await table.update(KEY, { set: { ...change, at } }, []);
  if (change.engaged) await table.putNew({ pk: KEY.pk, sk, ...change, at });
}
