import type { Action } from '../actions/action.ts';
import { isSpared, isVoluntary } from '../guard/voluntary.ts';
import { claimCooldown, releaseCooldown } from '../incident/cooldowns.ts';
import { type Incident, isSettled, type StepRecord } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import { noteTreated } from '../incident/quarantine.ts';
import { isSameWork, stepKey } from '../incident/step-key.ts';
import type { Run } from './run.ts';

/** A step that is about to be begun, or goes on. */
export interface Beginning {
  incident: Incident;
  step: Step;
  action: Action;
}

/**
 * Takes the action's cool-down before its intent is written; false when somebody else did a moment ago. A step that
 * goes on has it already.
 */
export async function takeCooldown(run: Run, beginning: Beginning): Promise<boolean> {
  const { incident, step, action } = beginning;
  if (!isLimited(beginning)) return true;
  const { clock, table } = run.environment.ports;
  const { cooldownMs } = action;
  const claim = { ...holderOf(beginning), now: clock.now(), cooldownMs };
  return (await claimCooldown(table, incident.cluster, step, claim)) === undefined;
}

/** The intent was not given after all. */
export async function giveCooldownBack(run: Run, beginning: Beginning): Promise<void> {
  if (!isLimited(beginning)) return;
  const { table } = run.environment.ports;
  await releaseCooldown(table, beginning.incident.cluster, beginning.step, holderOf(beginning));
}

/** Counts what is done on purpose to the subject, once per step. */
export async function countTreatment(run: Run, beginning: Beginning): Promise<void> {
  const { incident, step, action } = beginning;
  if (!isVoluntary(action, { taken: incident.taken === true })) return;
  const others = incident.records.filter(({ key }) => key !== stepKey(step));
  if (goesOn(others, step)) return;
  const { ports, policyFor } = run.environment;
  const { quarantine } = await policyFor(incident.cluster, incident.trouble);
  const { generation } = incident;
  const treated = { generation, action: action.name, key: stepKey(step), at: ports.clock.now() };
  await noteTreated(ports.table, incident.id, treated, quarantine.withinMs);
}

/** Begun in this generation and not ended: another goal makes it no other work. */
export function goesOn(records: readonly StepRecord[], step: Step): boolean {
  return records.some((record) => !isSettled(record) && isSameWork(record.step, step));
}

function isLimited({ incident, step, action }: Beginning): boolean {
  const key = stepKey(step);
  const hasBegun = incident.records.some((record) => record.key === key) || goesOn(incident.records, step);
  return action.cooldownMs > 0 && !hasBegun && !isSpared(action, { taken: incident.taken === true });
}

function holderOf({ incident, step }: Beginning) {
  return { incidentId: incident.id, generation: incident.generation, key: stepKey(step) };
}
