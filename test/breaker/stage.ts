import { TROUBLE as THROTTLING } from '../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../functions/api-throttling/index.ts';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { GuardedSimulation } from '../../simulator/breaker.ts';
import type { Call } from '../../simulator/calls.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import { calls, defaults } from '../api-throttling/support.ts';
import { defaultPolicy, defaultRules } from '../support/policy.ts';
import { smallWorld } from '../support/simulate.ts';

export interface Stage {
  world: World;
  simulation: GuardedSimulation;
  faults: FaultPlan;
}

/** Both troubles in mode auto, with the deployed breaker, over the small world with so many Spot nodes. */
export function stageWith(faults: FaultPlan, nodes: number): Stage {
  const [cluster] = smallWorld.clusters;
  if (cluster === undefined) throw new Error('the small world has no cluster');
  const groups = cluster.groups.map((group) => ({ ...group, count: nodes }));
  const world = worldOf({ clusters: [{ ...cluster, groups }] });
  const simulation = new GuardedSimulation({
    world,
    troubles: [nodeInterruption, apiThrottling] as unknown as readonly Trouble[],
    policyFor: (_cluster, trouble) => ({
      mode: 'auto',
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...(trouble === THROTTLING ? defaults : defaultPolicy) },
    }),
    faults,
  });
  return { world, simulation, faults };
}

const GUARDED: ReadonlySet<string> = new Set(['ec2', 'eks', 'autoscaling', 'quotas', 'usage']);

/** Requests to the AWS services whose rates are shared. */
export function requestsIn({ world }: Stage): Call[] {
  return world.calls.calls.filter(({ port }) => GUARDED.has(port));
}

/** Warnings a minute apart, a sweep every five minutes, and throttled calls of a tool all the while. */
export async function playDay(stage: Stage, minutes: number, warnings: number): Promise<void> {
  const { world, simulation } = stage;
  for (let minute = 0; minute < minutes; minute++) {
    if (minute < warnings) world.interrupt(`spot/${minute}`, 'terminate');
    const bodies = calls(stage, 10, { role: 'tool' });
    simulation.send(THROTTLING, ...bodies.map((body) => body.replace('event-', `event-${minute}-`)));
    if (minute % 5 === 4) await simulation.sweep();
    await world.clock.advance(MINUTE_MS);
  }
  await world.clock.advance(30 * SECOND_MS);
}

export interface Ending {
  id: string;
  outcome: string | undefined;
  /** From the warning to the first drain, and to the end of the incident. */
  drainedMs: number;
  endedMs: number;
}

/** How each warning ended, by instance; NaN where it did not. */
export async function endings({ simulation }: Stage): Promise<Ending[]> {
  const incidents = await simulation.incidents();
  return incidents
    .filter(({ trouble }) => trouble === nodeInterruption.name)
    .map(({ subject, outcome, signals, closedAt = Number.NaN, records }) => {
      const since = signals[0]?.occurredAt ?? Number.NaN;
      const drain = records.find(({ step }) => step.action === 'drain');
      const drainedMs = (drain?.startedAt ?? Number.NaN) - since;
      return { id: subject.id, outcome: outcome?.kind, drainedMs, endedMs: closedAt - since };
    })
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

export async function toolIncidents({ simulation }: Stage): Promise<string[]> {
  const incidents = await simulation.incidents();
  return incidents
    .filter(({ trouble }) => trouble === THROTTLING)
    .map(({ subject, status }) => `${subject.id} ${status}`);
}

/** What is left in each lane, and what it gave up on. */
export function lanesOf({ simulation, world }: Stage): number[] {
  const lanes = [
    simulation.lane(nodeInterruption.name, 'notice'),
    simulation.lane(nodeInterruption.name, 'lifecycle'),
    simulation.lane(THROTTLING, 'lifecycle'),
  ];
  const left = lanes.flatMap(({ pending, deadLetters }) => [pending, deadLetters.length]);
  return [...left, world.queue.parked.length];
}
