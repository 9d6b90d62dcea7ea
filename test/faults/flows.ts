import { MINUTE_MS } from '../../shared/clock.ts';
import { assertAppliedOnce, assertNoEmptyIds, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import {
  byItsAction,
  cutOff,
  onlyIncident,
  type Simulated,
  type SimulateOptions,
  simulate,
} from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

/** One way to lose a node, from the event to the end. */
export interface Flow {
  name: string;
  options: SimulateOptions;
  happen(world: World): void;
  /** How long it may take with a crash on the way, sweeps included. */
  forMs: number;
}

const hooks = { names: ['drain'], drainWithin: 30 * MINUTE_MS };
const launch = { ...defaultPolicy.rebalance, action: 'launch-then-drain' as const };

export const FLOWS: readonly Flow[] = [
  {
    name: 'a Spot warning with an early replacement',
    options: { policy: { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } } },
    happen: (world) => world.interrupt('spot/0'),
    forMs: 10 * MINUTE_MS,
  },
  {
    name: 'a termination hook',
    options: {
      world: statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '30m' }] }),
      policy: { ...defaultPolicy, terminationHooks: hooks },
    },
    happen: (world) => world.scaleIn('spot/0'),
    forMs: 30 * MINUTE_MS,
  },
  {
    name: 'a stopped instance',
    options: { world: statefulWorld({ replaceUnhealthy: false }) },
    happen: (world) => world.stop('spot/0'),
    forMs: 40 * MINUTE_MS,
  },
  {
    name: 'a ghost Node',
    options: { world: statefulWorld({}, { cloudController: false }) },
    happen: (world) => world.terminate('spot/0'),
    forMs: 40 * MINUTE_MS,
  },
  {
    name: 'a replacement before the drain',
    options: { world: statefulWorld(), policy: { ...defaultPolicy, rebalance: launch } },
    happen: (world) => world.rebalance('spot/0'),
    forMs: 60 * MINUTE_MS,
  },
];

/** Everything that must be equal however often the system crashed on the way. */
export interface EndState {
  status: string;
  outcome: string | undefined;
  generation: number;
  records: string[];
  cutOff: string[];
  detachments: number;
  desired: number | undefined;
  hooks: string[];
  marks: string[];
  pods: number;
}

/** Plays a flow to its end with the sweep every five minutes, and asserts the invariants over the whole run. */
export async function playFlow(
  flow: Flow,
  more: SimulateOptions = {},
): Promise<Simulated & { state: EndState }> {
  const run = simulate({ ...flow.options, ...more });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(MINUTE_MS);
  flow.happen(run.world);
  await run.simulation.settle();
  const end = run.world.clock.now() + flow.forMs;
  while (run.world.clock.now() < end && !(await isClosed(run))) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.simulation.sweep();
    await run.simulation.settle();
  }
  await run.world.clock.advance(5 * MINUTE_MS);
  await run.simulation.sweep();
  watch.assert();
  assertAppliedOnce(run.world);
  assertNoEmptyIds(run.world);
  return { ...run, state: await endState(run) };
}

async function isClosed({ simulation }: Simulated): Promise<boolean> {
  const incidents = await simulation.incidents();
  return incidents.length > 0 && incidents.every(({ status }) => status === 'closed');
}

async function endState({ world, simulation }: Simulated): Promise<EndState> {
  const incident = await onlyIncident(simulation);
  const { cluster } = world.runtime('prod');
  const marked = [...cluster.nodes.values()].filter(({ metadata }) =>
    Object.keys(metadata.annotations).some((name) => name.startsWith('paramedic/')),
  );
  return {
    status: incident.status,
    outcome: incident.outcome?.kind,
    generation: incident.generation,
    records: incident.records.map((record) => `${record.step.action} ${record.state}`),
    cutOff: cutOff(world).toSorted((left, right) => left.localeCompare(right)),
    detachments: world.fleet.detachments.length,
    desired: world.fleet.groups[0]?.desired,
    hooks: world.fleet.lifecycleActions.map(({ hook, result, endedBy }) => `${hook} ${result} ${endedBy}`),
    marks: marked.map(({ metadata }) => metadata.name),
    pods: [...cluster.pods.values()].filter(({ status }) => status.phase === 'Running').length,
  };
}
