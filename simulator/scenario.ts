import type { FaultPlan } from './faults.ts';
import type { MACHINE_ACTS, Scenario, ScenarioItem } from './scenario-file.ts';
import type { World } from './world.ts';

type ItemOf<K extends ScenarioItem['do']> = Extract<ScenarioItem, { do: K }>;

/** The items that people and processes do; the world does the rest by itself. */
export interface ScenarioActors {
  /** Fault items go into this plan. */
  faults?: FaultPlan;
  answer?: (item: ItemOf<'approve' | 'deny'>) => void;
  stop?: (item: ItemOf<'stop' | 'resume'>) => void;
  /** Kill the processes that run at this moment. */
  crash?: () => void;
}

/** Puts every item of a scenario on the world's clock, counted from now. Throws for one that nobody can play. */
export function playScenario(world: World, scenario: Scenario, actors: ScenarioActors = {}): void {
  const start = world.clock.now();
  for (const item of scenario.items) {
    const play = playerOf(world, item, actors);
    world.clock.at(start + item.at, play);
  }
}

function playerOf(world: World, item: ScenarioItem, actors: ScenarioActors): () => void {
  switch (item.do) {
    case 'interrupt':
      world.instance(item.target);
      return () => world.interrupt(item.target, item.action, world.clock.now(), item.warned);
    case 'rebalance':
    case 'terminate':
    case 'scale-in':
    case 'warm-pool':
    case 'stop-instance':
    case 'start-instance':
    case 'capacity-interrupt':
      world.instance(item.target);
      return () => ACTS[item.do](world, item.target);
    case 'event':
      return () => world.send(item.event);
    case 'fault':
      return faultPlayer(world, item, needed(actors.faults, item));
    case 'approve':
    case 'deny': {
      const answer = needed(actors.answer, item);
      return () => answer(item);
    }
    case 'stop':
    case 'resume': {
      const stop = needed(actors.stop, item);
      return () => stop(item);
    }
    case 'crash':
      return needed(actors.crash, item);
  }
}

const ACTS: Record<(typeof MACHINE_ACTS)[number], (world: World, target: string) => void> = {
  rebalance: (world, target) => world.rebalance(target),
  terminate: (world, target) => world.terminate(target),
  'scale-in': (world, target) => world.scaleIn(target),
  'warm-pool': (world, target) => world.toWarmPool(target),
  'stop-instance': (world, target) => world.stop(target),
  'start-instance': (world, target) => world.start(target),
  'capacity-interrupt': (world, target) => world.capacityInterrupt(target),
};

function faultPlayer(world: World, item: ItemOf<'fault'>, faults: FaultPlan): () => void {
  return () => {
    const takeBack = faults.addParsed(item.rule);
    if (item.lasts !== undefined) world.clock.after(item.lasts, takeBack);
  };
}

function needed<T>(actor: T | undefined, item: ScenarioItem): T {
  if (actor === undefined) throw new Error(`this run has nobody to play "${item.do}"`);
  return actor;
}
