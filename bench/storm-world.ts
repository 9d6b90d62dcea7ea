import { isoTime, MINUTE_MS } from '../shared/clock.ts';
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
  /** State changes of instances of nobody's cluster, spread over the minute around the warnings. */
  foreign: number;
}

export interface Storm {
  world: World;
  simulation: Simulation;
  size: StormSize;
}

/** The flood begins this long before the warnings and ends as long after them. */
const LEAD_MS = MINUTE_MS / 2;
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
  await world.clock.advance(LEAD_MS);
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

function flood(world: World, events: number): void {
  const begin = world.clock.now();
  for (const [index, id] of idsOf('foreign', events).entries()) {
    world.fleet.instances.set(id, {
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
    });
    const at = begin + Math.floor((index * 2 * LEAD_MS) / events);
    world.clock.at(at, () => world.send(cloudEvent(stateChange(id, 'terminated'), index, isoTime(at))));
  }
}
