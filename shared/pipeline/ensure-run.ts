import { MINUTE_MS, SECOND_MS } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import { executionName } from '../incident/keys.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Environment } from './environment.ts';

/** A wait that ends by itself this soon needs no help. */
const ENDS_SOON_MS = 5 * SECOND_MS;
/** A run that was woken is given this long to come to its feet before a silent callback counts as its end. */
const WAKING_MS = MINUTE_MS;

/** Starts the generation's run if it has not begun, and wakes it if it sleeps on older knowledge. */
export async function ensureRun(environment: Environment, ledger: Ledger, incident: Incident): Promise<void> {
  const { durable, clock } = environment.ports;
  const { id, generation, attempt } = incident;
  if (incident.rounds === 0) {
    const target = environment.remediateFunction(incident.trouble);
    const payload = { incidentId: id, generation, attempt };
    await durable.start(target, executionName(id, generation, attempt), payload);
  }
  const newest = await ledger.readIncident(id);
  if (newest === undefined) return;
  const woken = await wakeIfBehind(environment, ledger, newest);
  if (woken === 'gone' && isAsleep(newest, clock.now())) await startAgain(environment, ledger, newest);
}

/** `gone`: nobody waits on the callback any more. */
export async function wakeIfBehind(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
): Promise<'not needed' | 'woken' | 'gone'> {
  const { waiting, revision, status } = incident;
  if (status === 'closed' || waiting === undefined || waiting.revision >= revision) return 'not needed';
  const woken = await environment.ports.durable.wake(waiting.callbackId, 'news');
  if (woken === 'woken') await noteWake(environment, ledger, incident.id, waiting.callbackId);
  return woken;
}

/** So that the next signal does not take the answered callback for a run that died in its sleep. */
async function noteWake(
  environment: Environment,
  ledger: Ledger,
  id: string,
  callbackId: string,
): Promise<void> {
  const wokenAt = environment.ports.clock.now();
  await ledger.changeAny(id, (incident) =>
    incident.waiting?.callbackId === callbackId
      ? { ...incident, waiting: { ...incident.waiting, wokenAt } }
      : incident,
  );
}

/** By the ledger it should still be waiting, and nobody woke it just now. */
function isAsleep({ waiting }: Incident, now: number): boolean {
  if (waiting === undefined) return false;
  return waiting.until > now + ENDS_SOON_MS && now - (waiting.wokenAt ?? 0) > WAKING_MS;
}

/**
 * A new attempt for a generation whose run ended without an outcome. Safe beside a run that is alive after all:
 * the older attempt is fenced out of the ledger.
 */
export async function startAgain(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
): Promise<Incident> {
  const { id, generation, attempt } = incident;
  const next = await ledger.change({ incidentId: id, generation, attempt }, ({ waiting: _, ...rest }) => ({
    ...rest,
    attempt: attempt + 1,
    failedAttempts: (incident.failedAttempts ?? 0) + 1,
    attemptedAt: environment.ports.clock.now(),
    rounds: 0,
  }));
  await ensureRun(environment, ledger, next);
  return next;
}
