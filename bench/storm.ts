import { parseArgs } from 'node:util';
import type { EpochMs } from '../shared/clock.ts';
import { assertAllDeclared, assertAppliedOnce, assertNoEmptyIds } from '../simulator/invariants.ts';
import type { PodEnding } from '../simulator/model.ts';
import { printReport } from './children.ts';
import { SYSTEM_NAMESPACE } from './fleet.ts';
import { TROUBLE } from './setup.ts';
import { percentile } from './statistics.ts';
import { timed } from './stopwatch.ts';
import { play, type Storm, type StormSize, stormOf } from './storm-world.ts';
import { type Watch, watch } from './watch.ts';

export interface StormReport {
  size: StormSize;
  cordonedPercent: number;
  /** Virtual time from a warning to its node's cordon, in ms. */
  toCordonMs: { p50: number; p99: number; max: number };
  /** How the pods on warned nodes ended, those of DaemonSets left out. */
  pods: { moved: number; cutOff: number };
  /** Port calls of all processes together, by `port.method`. */
  calls: Record<string, number>;
  wallMs: number;
  /** Of all threads, the garbage collector's included. */
  cpuMs: number;
  peakRssMb: number;
  broken: string[];
}

async function measure(size: StormSize): Promise<StormReport> {
  const { ms: wallMs, value } = await timed(() => run(size));
  const { storm, seen } = value;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const delays = cordonDelays(storm, seen);
  return {
    size,
    cordonedPercent: (delays.length / size.warnings) * 100,
    toCordonMs: {
      p50: percentile(delays, 0.5),
      p99: percentile(delays, 0.99),
      max: percentile(delays, 1),
    },
    pods: podsOf(storm, seen),
    calls: seen.calls.toJSON(),
    wallMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakRssMb: maxRSS / 1024,
    broken: await flaws(storm, seen),
  };
}

async function run(size: StormSize): Promise<{ storm: Storm; seen: Watch }> {
  const storm = stormOf(size);
  const seen = watch(storm.world);
  await play(storm);
  return { storm, seen };
}

/** One per warned node that was cordoned. */
function cordonDelays({ world }: Storm, seen: Watch): number[] {
  const cordons = seen.cordons();
  return [...seen.warnedAt].flatMap(([id, at]) => {
    const first: EpochMs | undefined = cordons.get(world.instance(id).privateDnsName)?.[0];
    return first === undefined ? [] : [first - at];
  });
}

function podsOf({ world }: Storm, { warnedAt }: Watch): { moved: number; cutOff: number } {
  const lost = new Set([...warnedAt.keys()].map((id) => world.instance(id).privateDnsName));
  const endings = world
    .endings()
    .filter(({ node = '', pod }) => lost.has(node) && !pod.startsWith(`${SYSTEM_NAMESPACE}/`));
  const count = (...how: PodEnding['how'][]) => endings.filter((ending) => how.includes(ending.how)).length;
  return { moved: count('graceful', 'killed'), cutOff: count('cut-off') };
}

/** Why the numbers would not count: something was lost, or a promise broken, on the way to them. */
async function flaws(storm: Storm, seen: Watch): Promise<string[]> {
  const { world, simulation, size } = storm;
  const incidents = new Set((await simulation.incidents()).map(({ subject }) => subject.id));
  const warned = [...seen.warnedAt.keys()];
  const twice = [...seen.cordons()].filter(([, times]) => times.length > 1);
  const foreign = simulation.metrics.total('Signals', { disposition: 'foreign' });
  const expected: [string, number, number][] = [
    ['warnings sent', warned.length, size.warnings],
    ['warnings became an incident', warned.filter((id) => incidents.has(id)).length, size.warnings],
    ['nodes cordoned more than once', twice.length, 0],
    ['events found foreign', foreign, size.foreign],
    ['messages given up', deadLetters(storm), 0],
    ['messages parked', world.queue.parked.length, 0],
  ];
  const counts = expected.flatMap(([what, is, should]) =>
    is === should ? [] : [`storm: ${is} ${what}, expected ${should}`],
  );
  const asserts = [assertAppliedOnce, assertNoEmptyIds, assertAllDeclared];
  return [...counts, ...asserts.flatMap((assert) => brokenBy(() => assert(world)))];
}

function deadLetters({ simulation }: Storm): number {
  const lanes = [simulation.lane(TROUBLE.name), simulation.lane(TROUBLE.name, 'lifecycle')];
  return lanes.reduce((sum, lane) => sum + lane.deadLetters.length, 0);
}

function brokenBy(assert: () => void): string[] {
  try {
    assert();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function sizeFrom(args: readonly string[]): StormSize {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const options = {
    nodes: option('1000'),
    pods: option('30000'),
    warnings: option('500'),
    foreign: option('0'),
  };
  const { values } = parseArgs({ args: [...args], options, strict: true });
  const { nodes, pods, warnings, foreign } = values;
  return { nodes: Number(nodes), pods: Number(pods), warnings: Number(warnings), foreign: Number(foreign) };
}

if (import.meta.main) printReport(await measure(sizeFrom(process.argv.slice(2))));
