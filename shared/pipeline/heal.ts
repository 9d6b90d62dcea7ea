import { DAY_MS, MINUTE_MS } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import { executionName } from '../incident/keys.ts';
import type { Ledger } from '../incident/ledger.ts';
import { announce } from '../notify/announce.ts';
import { ensureRun, startAgain, wakeIfBehind } from './ensure-run.ts';
import type { Environment } from './environment.ts';
import { escalate } from './settle.ts';

/** A run that is alive writes at least this often; younger ones are left to work. */
const QUIET_MS = 6 * MINUTE_MS;
const MAX_FAILED_ATTEMPTS = 5;

/**
 * One unfinished incident: what people did not hear is announced, a run that never started or died is started
 * again, a lost wake is sent again. The index may lag: everything is decided on the row itself, read again.
 */
export async function heal(
  environment: Environment,
  ledger: Ledger,
  id: string,
  lines: string[],
): Promise<void> {
  const incident = await ledger.readIncident(id);
  if (incident === undefined) return;
  await announce(environment, ledger, id);
  const now = environment.ports.clock.now();
  if (incident.status === 'closed' || (incident.notBefore ?? 0) > now) return;
  if (incident.rounds === 0) await ensureRun(environment, ledger, incident);
  if ((await wakeIfBehind(environment, ledger, incident)) === 'woken') lines.push(`${id}: woken again`);
  if (now - lastActivity(incident) > QUIET_MS) await restartIfDead(environment, ledger, incident, lines);
}

function lastActivity(incident: Incident): number {
  const times = incident.records.flatMap((record) => [record.startedAt, record.endedAt ?? 0]);
  return Math.max(incident.attemptedAt, incident.notBefore ?? 0, incident.waiting?.until ?? 0, ...times);
}

async function restartIfDead(
  environment: Environment,
  ledger: Ledger,
  incident: Incident,
  lines: string[],
): Promise<void> {
  const { id, generation, attempt, trouble } = incident;
  const failedAttempts = (incident.failedAttempts ?? 0) + 1;
  const target = environment.remediateFunction(trouble);
  const status = await environment.ports.durable.status(target, executionName(id, generation, attempt));
  if (status === 'running' || isDueLater(incident, environment.ports.clock.now())) return;
  const ref = { incidentId: id, generation, attempt };
  if (failedAttempts >= MAX_FAILED_ATTEMPTS) {
    await escalate(
      { environment, ledger, ref },
      `its run ended ${failedAttempts} times without an outcome (${status})`,
    );
    lines.push(`${id}: escalated, run ${status} ${failedAttempts} times`);
    await announce(environment, ledger, id);
    return;
  }
  await startAgain(environment, ledger, incident, true);
  lines.push(`${id}: run was ${status}, started again (attempt ${attempt + 1})`);
}

/** A run may end on purpose when its next look is more than a day away. */
function isDueLater(incident: Incident, now: number): boolean {
  const next = incident.plan?.next;
  return next?.do === 'wait' && next.at > now && next.at - incident.openedAt > DAY_MS;
}
