import { TROUBLE } from '../functions/api-throttling/events.ts';
import { rowOf, totalOf } from '../functions/api-throttling/window.ts';
import { troubles } from '../functions/index.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import { Simulation } from '../simulator/simulation.ts';
import { type World, worldOf } from '../simulator/world.ts';
import { printReport } from './children.ts';
import { fleetOf } from './fleet.ts';
import { defaultPolicies } from './setup.ts';
import { percentile } from './statistics.ts';
import { timed } from './stopwatch.ts';
import { throttledCall } from './throttled-calls.ts';
import { type Watch, watch } from './watch.ts';

export interface ThrottlingReport {
  size: typeof SIZE;
  counted: number;
  incidents: number;
  /** Of EC2 and EKS, by every function together. */
  awsReads: number;
  /** Virtual time from a warning to its node's cordon, in ms. */
  toCordonMs: { p99: number };
  wallMs: number;
  peakRssMb: number;
  broken: string[];
}

/** T22: throttled calls and Spot warnings of one minute. */
const SIZE = { calls: 9_990, warnings: 10, nodes: 20, pods: 400 };
/** Until every warned instance is gone and everything is counted. */
const REST_MS = 5 * MINUTE_MS;

async function measure(): Promise<ThrottlingReport> {
  const world = worldOf(fleetOf(SIZE), { keepCalls: false });
  const simulation = new Simulation({ world, troubles, policyFor: defaultPolicies() });
  const seen = watch(world);
  const { ms: wallMs } = await timed(() => play(world, simulation));
  const incidents = (await simulation.incidents()).filter(({ trouble }) => trouble === TROUBLE).length;
  const delays = delaysOf(world, seen);
  const counted = countedIn(world);
  return {
    size: SIZE,
    counted,
    incidents,
    awsReads: seen.calls.total('ec2.') + seen.calls.total('eks.'),
    toCordonMs: { p99: percentile(delays, 0.99) },
    wallMs,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    broken: flaws(simulation, counted, delays),
  };
}

async function play(world: World, simulation: Simulation): Promise<void> {
  await world.clock.advance(10 * MINUTE_MS);
  const instances = [...world.fleet.instances.values()].map(({ id }) => id);
  for (let second = 0; second < 60; second++) {
    const [from, to] = [second, second + 1].map((each) => Math.floor((each * SIZE.calls) / 60));
    const bodies: string[] = [];
    for (let index = from ?? 0; index < (to ?? 0); index++)
      bodies.push(throttledCall(index, world.clock.now(), instances));
    simulation.send(TROUBLE, ...bodies);
    if (second % 6 === 0) world.interrupt(instances[second / 6] ?? '');
    await world.clock.advance(SECOND_MS);
  }
  await world.clock.advance(REST_MS);
}

function delaysOf(world: World, seen: Watch): number[] {
  const cordons = seen.cordons();
  return [...seen.warnedAt].flatMap(([id, at]) => {
    const [first] = cordons.get(world.instance(id).privateDnsName) ?? [];
    return first === undefined ? [] : [first - at];
  });
}

function countedIn(world: World): number {
  const rows = world.table.items().filter(({ pk }) => pk.startsWith('RATE#'));
  return rows.flatMap((item) => rowOf(item) ?? []).reduce((sum, { counts }) => sum + totalOf(counts), 0);
}

/** Why the numbers would not count. */
function flaws(simulation: Simulation, counted: number, delays: readonly number[]): string[] {
  const expected: [string, number, number][] = [
    ['calls counted', counted, SIZE.calls],
    ['nodes cordoned', delays.length, SIZE.warnings],
    ['messages given up', simulation.lane(TROUBLE, 'lifecycle').deadLetters.length, 0],
    ['messages parked', simulation.world.queue.parked.length, 0],
  ];
  return expected.flatMap(([what, is, should]) =>
    is === should ? [] : [`throttling: ${is} ${what}, expected ${should}`],
  );
}

if (import.meta.main) printReport(await measure());
