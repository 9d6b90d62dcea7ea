import { type Fact, readFact } from '../fact.ts';
import {
  claimDisruption,
  type DisruptionLimits,
  type DisruptionRequest,
  type DisruptionState,
  peekDisruption,
  releaseDisruption,
} from '../incident/disruptions.ts';
import type { Incident } from '../incident/incident.ts';
import type { WentBad } from '../incident/went-bad.ts';
import type { Run } from './run.ts';
import type { GuardFacts } from './trouble.ts';

/** What the cluster's budget says to this incident; undefined when it takes nothing on purpose, or unread. */
export async function disruptionState(
  run: Run,
  incident: Incident,
  {
    guardFacts,
    limits,
    wentBad,
  }: { guardFacts: GuardFacts; limits: DisruptionLimits; wentBad: Fact<WentBad[]> },
  how: 'peek' | 'claim',
): Promise<DisruptionState | undefined> {
  if (guardFacts.disruption === undefined || guardFacts.taken || !wentBad.known) return undefined;
  const { table, clock } = run.environment.ports;
  const asked = { ...guardFacts.disruption, incidentId: incident.id };
  const request = countLeaving(asked, guardFacts.fleet ?? [], wentBad.value);
  const ask = how === 'peek' ? peekDisruption : claimDisruption;
  const state = await readFact('disruption budget', clock.now(), () =>
    ask(table, incident.cluster, request, limits, clock.now()),
  );
  return state.known ? state.value : undefined;
}

/** A node that AWS announced to take is as good as out, though it still reads Ready. */
export function countLeaving(
  request: DisruptionRequest,
  fleet: NonNullable<GuardFacts['fleet']>,
  wentBad: readonly WentBad[],
): DisruptionRequest {
  const bad = new Set(wentBad.map(({ subject }) => subject));
  const leaving = fleet.filter(({ id }) => bad.has(id) && id !== request.node);
  const add = (down: readonly string[], ids: readonly { id: string }[]) => [
    ...new Set([...down, ...ids.map(({ id }) => id)]),
  ];
  const { cluster, inGroup } = request;
  return {
    ...request,
    cluster: { ...cluster, down: add(cluster.down, leaving) },
    inGroup: {
      ...inGroup,
      down: add(
        inGroup.down,
        leaving.filter((node) => node.inGroup),
      ),
    },
  };
}

/** A place that is not given back falls free by itself at its `until`. */
export async function giveBack(run: Run, incident: Incident): Promise<void> {
  if (incident.claimed !== true) return;
  const { table, clock } = run.environment.ports;
  await releaseDisruption(table, incident.cluster, incident.id, clock.now());
}
