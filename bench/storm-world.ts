import { isoTime, MINUTE_MS } from '../shared/clock.ts';
import type { SimInstance } from '../simulator/model.ts';
import { Simulation } from '../simulator/simulation.ts';
import { type World, worldOf } from '../simulator/world.ts';
import { CLUSTER, fleetOf } from './fleet.ts';
import { cloudEvent, idsOf, stateChange } from './instances.ts';
import { defaultPolicies, TROUBLE } from './setup.ts';

export interface StormSize {
  nodes: number;
  /** Without the DaemonSets' pods. */
  pods: number;
  /** Spot warnings in one instant, one per node. */
  warnings: number;
  /** State changes of instances in no cluster, sent in the same instant, all of them before the first warning. */
  foreign: number;
}

export interface Storm {
  world: World;
  simulation: Simulation;
  size: StormSize;
}

/** By then AWS has taken every warned instance, and its Node is gone. */
const TAKEN_MS = 4 * MINUTE_MS;
/** Whether all is quiet is asked this often, because the answer costs more than the wait. */
const LOOK_EVERY_MS = 20_000;
const LIMIT_MS = 60 * MINUTE_MS;

export function stormOf(size: StormSize): Storm {
  const world = worldOf(fleetOf(size), { keepCalls: false });
  const policyFor = defaultPolicies();
  return { world, size, simulation: new Simulation({ world, troubles: [TROUBLE], policyFor }) };
}

/** Everything that happens, until nothing is on its way any more. Throws when that takes an hour of virtual time. */
export async function play({ world, simulation, size }: Storm): Promise<void> {
  await world.clock.advance(MINUTE_MS);
  const warned = everyNth(
    [...world.fleet.instances.values()].map(({ id }) => id),
    size.warnings,
  );
  flood(world, size.foreign);
  for (const id of warned) world.interrupt(id);
  await world.clock.advance(TAKEN_MS);
  const end = world.clock.now() + LIMIT_MS;
  while (!simulation.isSettled()) {
    if (world.clock.now() > end) throw new Error('the storm does not come to rest');
    await world.clock.advance(LOOK_EVERY_MS);
  }
}

/** Spread over all groups and zones. */
function everyNth(ids: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => ids[Math.floor((index * ids.length) / count)] ?? '');
}

/** The worst that a minute can bring: whatever shares a lane with these events waits for all of them. */
function flood(world: World, events: number): void {
  const now = isoTime(world.clock.now());
  for (const [index, id] of idsOf('foreign', events).entries()) {
    world.fleet.instances.set(id, foreignInstance(id, index));
    world.send(cloudEvent(stateChange(id, 'terminated'), index, now));
  }
}

function foreignInstance(id: string, index: number): SimInstance {
  return {
    id,
    state: 'terminated',
    type: 'm6i.large',
    zone: 'eu-west-1a',
    lifecycle: 'spot',
    tags: { Name: 'batch' },
    cluster: CLUSTER,
    group: 'none',
    privateIp: '10.99.0.1',
    privateDnsName: `foreign-${index}`,
  };
}
