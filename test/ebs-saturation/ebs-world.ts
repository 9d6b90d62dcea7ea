import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { ebsSaturation } from '../../functions/ebs-saturation/index.ts';
import { ebsSaturationSection } from '../../functions/ebs-saturation/policy.ts';
import { type EpochMs, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { People } from '../../shared/config/people.ts';
import type { Mode } from '../../shared/config/policy.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { INVENTED_PRICES } from '../../simulator/ebs-prices.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import type { SimQuota } from '../../simulator/quotas.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultRules } from '../support/policy.ts';

export interface EbsOptions {
  mode?: Mode;
  world?: Partial<WorldInput['clusters'][number]>;
  changes?: Record<string, unknown>;
  faults?: FaultPlan;
  quotas?: readonly SimQuota[];
  people?: People;
}

export interface EbsRun {
  world: World;
  simulation: Simulation;
  /** The volume of the only claim. */
  volumeId: string;
}

const DATABASE = { name: 'db', namespace: 'data', kind: 'StatefulSet', replicas: 1, volume: true } as const;

/** The same database, whose claim names a VolumeAttributesClass of these. */
export function withClass(
  volumeClass: string,
  volumeAttributesClasses: { name: string; parameters: Record<string, string> }[],
): Partial<WorldInput['clusters'][number]> {
  return { workloads: [{ ...DATABASE, volumeClass }], volumeAttributesClasses };
}

/** One node and a database with a volume of its own, gp3 with 3,000 IOPS and 125 MiB/s. */
export function ebsRun(options: EbsOptions = {}): EbsRun {
  const { mode = 'auto', world: given = {}, changes = {}, faults, people, quotas = [] } = options;
  const spec: WorldInput = {
    clusters: [
      {
        name: 'prod',
        groups: [
          { name: 'workers', kind: 'self-managed', lifecycle: 'on-demand', count: 1, type: 'm6i.4xlarge' },
        ],
        workloads: [DATABASE],
        ...given,
      },
    ],
  };
  const world = worldOf(spec, { quotas });
  const section = v.parse(ebsSaturationSection, {
    changes: { prices: { 'eu-west-1': INVENTED_PRICES }, ...changes },
  });
  const simulation = new Simulation({
    world,
    troubles: [ebsSaturation as unknown as Trouble],
    policyFor: () => ({
      mode,
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...section },
    }),
    ...(faults === undefined ? {} : { faults }),
    ...(people === undefined ? {} : { people: () => people }),
  });
  const claim = [...(world.clusters.get('prod')?.claims.volumes.values() ?? [])][0];
  return { world, simulation, volumeId: claim?.spec.csi.volumeHandle ?? '' };
}

type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** That of `events/ebs-alarm-iops.json` about a volume. */
export function alarmNameOf(volumeId: string): string {
  return `ebs-iops-${volumeId}`;
}

/** CloudWatch has the alarm on a volume in this state from now on, and no event says so. */
export function stands({ world }: EbsRun, volumeId: string, state: AlarmState): void {
  world.alarms.putMetric(alarmNameOf(volumeId), {
    StateValue: state,
    StateTransitionedTimestamp: new Date(world.clock.now()),
    Namespace: 'AWS/EBS',
    MetricName: 'VolumeIOPSExceededCheck',
    Dimensions: [{ Name: 'VolumeId', Value: volumeId }],
  });
}

/** The alarm on a volume changes its state. */
export function alarm(run: EbsRun, volumeId: string, state: AlarmState, id = state): void {
  stands(run, volumeId, state);
  sendAlarm(run, volumeId, { state, id, at: run.world.clock.now() });
}

/** The event of a change of state, whenever it comes. */
export function sendAlarm(
  { simulation }: EbsRun,
  volumeId: string,
  { state, id = state, at }: { state: AlarmState; id?: string; at: EpochMs },
): void {
  const file = new URL('../../events/ebs-alarm-iops.json', import.meta.url);
  const event = JSON.parse(readFileSync(file, 'utf8').replaceAll(/vol-[0-9a-f]{17}/g, volumeId));
  const time = isoTime(at);
  event.id = `${id}-${at}`;
  event.time = time;
  event.detail.previousState.value = state === 'OK' ? 'ALARM' : 'OK';
  event.detail.state = { ...event.detail.state, value: state, timestamp: time };
  simulation.send(TROUBLE, JSON.stringify(event));
}

const SWEEP_MS = 5 * MINUTE_MS;

/** Time passes, with a sweep every five minutes. */
export async function pass({ world, simulation }: EbsRun, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SWEEP_MS) {
    await world.clock.advance(Math.min(SWEEP_MS, left));
    await simulation.sweep();
  }
}

/** The database asks for more than its volume has, for half an hour by now, and the alarm says so. */
export async function saturated(run: EbsRun, demand = { iops: 6_000, throughputMib: 60 }): Promise<void> {
  const { world, volumeId } = run;
  await world.clock.advance(MINUTE_MS);
  world.ebsLoad.set(volumeId, demand);
  await world.clock.advance(40 * MINUTE_MS);
  alarm(run, volumeId, 'ALARM');
  await pass(run, 6 * MINUTE_MS);
}

export async function theIncident({ simulation }: EbsRun): Promise<Incident> {
  const [incident, ...others] = await simulation.incidents();
  if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents`);
  return incident;
}

export async function answer(run: EbsRun, decision: 'approved' | 'denied'): Promise<void> {
  const { id } = await theIncident(run);
  const given = { decision, by: 'ana' } as const;
  const result = await answerQuestions(run.simulation.ledger, run.world.clock, id, given);
  if (result.result === 'recorded' && result.callbackId !== undefined) {
    await run.simulation.workflows.wake(result.callbackId, 'answer');
  }
}

export function changes({ world }: EbsRun): string[] {
  return world.calls.mutations().map(({ method }) => method);
}
