import { isoTime } from '../clock.ts';
import type { Incident, StepRecord, StepState } from '../incident/incident.ts';
import { Superseded } from '../incident/ledger.ts';
import type { Outcome, OutcomeKind } from '../incident/plan.ts';
import { isMuted } from './apply-verdicts.ts';
import { giveBack } from './disruption.ts';
import type { Run } from './run.ts';

/** Puts the callback id where wakers look; false when something new arrived since the decision. */
export async function registerWait(
  run: Run,
  callbackId: string,
  wait: { until: number; why: string; revision: number },
): Promise<boolean> {
  try {
    const after = await run.ledger.change(run.ref, (incident) =>
      incident.revision === wait.revision ? { ...incident, waiting: { callbackId, ...wait } } : incident,
    );
    return after.waiting?.callbackId === callbackId;
  } catch (error) {
    if (error instanceof Superseded) return false;
    throw error;
  }
}

/** Closes unless something new arrived after the facts were read; false then. */
export async function close(run: Run, outcome: Outcome, revision: number): Promise<boolean> {
  const now = run.environment.ports.clock.now();
  const after = await run.ledger.change(run.ref, (incident) =>
    incident.revision === revision ? closed(incident, outcome, now) : incident,
  );
  if (after.status !== 'closed') return false;
  await recordClosing(run, after);
  return true;
}

export async function escalate(run: Run, why: string): Promise<boolean> {
  const outcome: Outcome = { kind: 'escalated', summary: why, details: [] };
  const now = run.environment.ports.clock.now();
  const after = await run.ledger.change(run.ref, (incident) => closed(incident, outcome, now));
  await recordClosing(run, after);
  return true;
}

function closed(incident: Incident, outcome: Outcome, now: number): Incident {
  const { waiting: _, ...rest } = incident;
  const isRoutine = incident.plan?.quiet === true && incident.records.length === 0;
  const isQuiet = (isRoutine && outcome.kind !== 'escalated') || isMuted(incident);
  const records = incident.records.map(
    (record): StepRecord =>
      record.state === 'running' ? { ...record, state: 'superseded', endedAt: now } : record,
  );
  const announce = incident.announce + (isQuiet ? 0 : 1);
  return {
    ...rest,
    records,
    status: 'closed',
    closedAt: now,
    outcome: forPeople(incident, outcome),
    announce,
  };
}

/** The first that the quarantine held back is for a person, unless AWS took the subject after all. */
function forPeople({ quarantine, taken }: Incident, outcome: Outcome): Outcome {
  if (quarantine?.is !== 'told' || taken === true) return outcome;
  const { summary, details } = outcome;
  return { kind: 'escalated', summary: `Needs a person: ${quarantine.why}. ${summary}`, details };
}

/** History and figures of an ending. The history line is the same line when it is repeated. */
export async function recordClosing(run: Run, incident: Incident): Promise<void> {
  const { outcome, trouble } = incident;
  if (outcome === undefined) return;
  const text = `${outcome.kind}: ${outcome.summary}`;
  await giveBack(run, incident);
  await run.ledger.append(incident.id, `g${incident.generation}.closed`, { kind: 'closed', text });
  const { metrics, ports, log } = run.environment;
  metrics.count('Incidents', { trouble, outcome: outcome.kind });
  metrics.latency(
    'EventToDone',
    { trouble, outcome: outcome.kind },
    ports.clock.now() - firstEventAt(incident),
  );
  metrics.flush();
  log.info('incident closed', { id: incident.id, outcome: outcome.kind, at: isoTime(ports.clock.now()) });
}

export function firstEventAt(incident: Incident): number {
  return Math.min(...incident.signals.map((signal) => signal.occurredAt));
}

const OUTCOME_OF: Partial<Record<StepState, OutcomeKind>> = {
  observed: 'observed',
  refused: 'refused',
  denied: 'denied',
  expired: 'expired',
};

/** How an incident ends in which no step was ever run: every one was settled by a guard or a person. */
export function outcomeWithoutAction(records: readonly StepRecord[]): Outcome {
  const kinds = (['refused', 'denied', 'expired', 'observed'] as const).filter((state) =>
    records.some((record) => record.state === state),
  );
  const kind = OUTCOME_OF[kinds[0] ?? 'refused'] ?? 'refused';
  const lead = kind === 'observed' ? 'Nothing was changed; would have' : 'Nothing was changed';
  const steps = records.map((record) => record.step.action).join(', ');
  return {
    kind,
    summary: `${lead}: ${steps}.`,
    details: records.map((record) => `${record.step.action}: ${record.state}: ${record.decision}`),
  };
}
