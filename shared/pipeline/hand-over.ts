import { ensureRun } from './ensure-run.ts';
import type { Run } from './run.ts';

/** More than any hook can be held for; beyond it nobody is waiting for an end any more. */
const MAX_HAND_OVERS = 400;

/**
 * Gives an incident that has been worked on for longer than `afterMs` to a fresh execution, which runs the newest
 * version of the code; false when it is younger. A crash in between leaves an attempt without rounds, which the
 * sweep starts.
 */
export async function handOver(run: Run, afterMs: number): Promise<boolean> {
  const { environment, ledger, ref } = run;
  const now = environment.ports.clock.now();
  let isOld = false;
  const next = await ledger.change(ref, (incident) => {
    const handed = incident.attempt - (incident.failedAttempts ?? 0);
    isOld = now - incident.attemptedAt >= afterMs && handed < MAX_HAND_OVERS;
    if (!isOld) return incident;
    const { waiting: _, ...rest } = incident;
    return { ...rest, attempt: incident.attempt + 1, attemptedAt: now, rounds: 0 };
  });
  if (isOld) await ensureRun(environment, ledger, next);
  return isOld;
}
