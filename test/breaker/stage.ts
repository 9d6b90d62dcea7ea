import * as v from 'valibot';
import { TROUBLE as THROTTLING } from '../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../functions/api-throttling/index.ts';
import { TROUBLE as SATURATION } from '../../functions/ebs-saturation/events.ts';
import { ebsSaturation } from '../../functions/ebs-saturation/index.ts';
import { ebsSaturationSection } from '../../functions/ebs-saturation/policy.ts';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { GUARDED, GuardedSimulation } from '../../simulator/breaker.ts';
import type { Call } from '../../simulator/calls.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import { calls, defaults, sample } from '../api-throttling/support.ts';
import { defaultPolicy, defaultRules } from '../support/policy.ts';
import { smallWorld } from '../support/simulate.ts';

export interface Stage {
  world: World;
  simulation: GuardedSimulation;
  faults: FaultPlan;
}

const DATA = { name: 'data', kind: 'self-managed', count: 1, type: 'm6i.4xlarge' } as const;
const DATABASE = { name: 'db', namespace: 'data', kind: 'StatefulSet', volume: true, group: 'data' } as const;
const SECTIONS: Readonly<Record<string, object>> = {
  [nodeInterruption.name]: defaultPolicy,
  [THROTTLING]: defaults,
  [SATURATION]: v.parse(ebsSaturationSection, {}),
};

/** Every trouble in mode auto, with the deployed breaker, over the small world with so many Spot nodes. */
export function stageWith(faults: FaultPlan, nodes: number, { database = false } = {}): Stage {
  const [cluster] = smallWorld.clusters;
  if (cluster === undefined) throw new Error('the small world has no cluster');
  const spot = cluster.groups.map((group) => ({ ...group, count: nodes }));
  const groups = database ? [...spot, DATA] : spot;
  const workloads = [...(cluster.workloads ?? []), ...(database ? [DATABASE] : [])];
  const world = worldOf({ clusters: [{ ...cluster, groups, workloads }] });
  const simulation = new GuardedSimulation({
    world,
    troubles: [nodeInterruption, apiThrottling, ebsSaturation] as unknown as readonly Trouble[],
    policyFor: (_cluster, trouble) => ({
      mode: 'auto',
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...SECTIONS[trouble] },
    }),
    faults,
  });
  return { world, simulation, faults };
}

const SHARED: ReadonlySet<string> = new Set(GUARDED);

/** Requests to the AWS services whose rates are shared. */
export function requestsIn({ world }: Stage): Call[] {
  return world.calls.calls.filter(({ port }) => SHARED.has(port));
}

/** The database's volume is asked for more than it has, and an alarm over its alarm says so since five minutes ago. */
export function saturate({ world, simulation }: Stage): void {
  const [claim] = [...(world.clusters.get('prod')?.claims.volumes.values() ?? [])];
  const id = claim?.spec.csi.volumeHandle ?? '';
  world.ebsLoad.set(id, { iops: 4_000, throughputMib: 50 });
  world.alarms.putMetric(`ebs-iops-${id}`, {
    Namespace: 'AWS/EBS',
    MetricName: 'VolumeIOPSExceededCheck',
    Dimensions: [{ Name: 'VolumeId', Value: id }],
    StateValue: 'ALARM',
  });
  world.alarms.putComposite('payments-storage', {
    AlarmRule: `ALARM("ebs-iops-${id}")`,
    StateValue: 'ALARM',
  });
  const since = isoTime(world.clock.now() - 5 * MINUTE_MS);
  const event = JSON.parse(sample('ebs-alarm-composite.json').replaceAll(/vol-0a[0-9a-f]{15}/g, id));
  event.time = since;
  event.detail.state.timestamp = since;
  simulation.send(SATURATION, JSON.stringify(event));
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
    simulation.lane(SATURATION, 'lifecycle'),
  ];
  const left = lanes.flatMap(({ pending, deadLetters }) => [pending, deadLetters.length]);
  return [...left, world.queue.parked.length];
}
