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
  const { woken, isFirst } = await wakeOnce(environment, ledger, newest);
  // Somebody who woke it a moment ago finds the callback gone as well: that run is on its feet.
  if (woken === 'gone' && isFirst && isAsleep(newest, clock.now()))
    await startAgain(environment, ledger, newest);
}

/** `gone`: nobody waits on the callback any more. */
export async function wakeIfBehind(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
): Promise<'not needed' | 'woken' | 'gone'> {
  return (await wakeOnce(environment, ledger, incident)).woken;
}

async function wakeOnce(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
): Promise<{ woken: 'not needed' | 'woken' | 'gone'; isFirst: boolean }> {
  const { waiting, revision, status } = incident;
  if (status === 'closed' || waiting === undefined || waiting.revision >= revision) {
    return { woken: 'not needed', isFirst: false };
  }
  const isFirst = await noteWake(environment, ledger, incident.id, waiting.callbackId);
  return { woken: await environment.ports.durable.wake(waiting.callbackId, 'news'), isFirst };
}

/** Written before the wake. False when somebody else has written it within the last minute, or the run went on. */
async function noteWake(
  environment: Environment,
  ledger: Ledger,
  id: string,
  callbackId: string,
): Promise<boolean> {
  const wokenAt = environment.ports.clock.now();
  let isFirst = false;
  await ledger.changeAny(id, (incident) => {
    const { waiting } = incident;
    const isSame = waiting?.callbackId === callbackId;
    isFirst = isSame && wokenAt - (waiting.wokenAt ?? 0) > WAKING_MS;
    return isSame ? { ...incident, waiting: { ...waiting, wokenAt } } : incident;
  });
  return isFirst;
}

/** By the ledger it should still be waiting. */
function isAsleep({ waiting }: Incident, now: number): boolean {
  return waiting !== undefined && waiting.until > now + ENDS_SOON_MS;
}

/**
 * A new attempt for a generation whose run ended without an outcome (`hasFailed`: seen to be so, and counted). Safe beside a run that is alive after all:
 * the older attempt is fenced out of the ledger.
 */
export async function startAgain(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
  hasFailed = false,
): Promise<Incident> {
  const { id, generation, attempt } = incident;
  const next = await ledger.change({ incidentId: id, generation, attempt }, ({ waiting: _, ...rest }) => ({
    ...rest,
    attempt: attempt + 1,
    failedAttempts: (incident.failedAttempts ?? 0) + (hasFailed ? 1 : 0),
    attemptedAt: environment.ports.clock.now(),
    rounds: 0,
  }));
  await ensureRun(environment, ledger, next);
  return next;
}
