import { readFact } from '../fact.ts';
import {
  claimDisruption,
  type DisruptionLimits,
  type DisruptionState,
  peekDisruption,
  releaseDisruption,
} from '../incident/disruptions.ts';
import type { Incident } from '../incident/incident.ts';
import type { Run } from './run.ts';
import type { GuardFacts } from './trouble.ts';

/** What the cluster's budget says to this incident; undefined when it takes nothing on purpose, or unread. */
export async function disruptionState(
  run: Run,
  incident: Incident,
  facts: GuardFacts,
  limits: DisruptionLimits,
  how: 'peek' | 'claim',
): Promise<DisruptionState | undefined> {
  if (facts.disruption === undefined || facts.taken) return undefined;
  const { table, clock } = run.environment.ports;
  const request = { ...facts.disruption, incidentId: incident.id };
  const ask = how === 'peek' ? peekDisruption : claimDisruption;
  const state = await readFact('disruption budget', clock.now(), () =>
    ask(table, incident.cluster, request, limits, clock.now()),
  );
  return state.known ? state.value : undefined;
}

/** A place that is not given back falls free by itself at its `until`. */
export async function giveBack(run: Run, incident: Incident): Promise<void> {
  if (incident.claimed !== true) return;
  const { table, clock } = run.environment.ports;
  await releaseDisruption(table, incident.cluster, incident.id, clock.now());
}
