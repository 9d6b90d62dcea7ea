import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type ChildOptions, isPinnable, runChild } from './children.ts';
import { floodFigures, receiveFigures, stormFigures, throttlingFigures } from './figures.ts';
import type { ReceiveReport } from './receive.ts';
import { asJson, asTable, type Figure, type Report } from './report.ts';
import type { StormReport } from './storm.ts';
import type { ThrottlingReport } from './throttling.ts';

const FOREIGN = 10_000;
/** Together under ten minutes, whatever happens. */
const RECEIVE = { limitMs: 60_000 };
const STORM = { limitMs: 180_000, heapMb: 400 };
const THROTTLING = { limitMs: 120_000, heapMb: 128 };

class Bench {
  readonly figures: Figure[] = [];
  readonly broken: string[] = [];
  readonly #pinned: boolean;

  constructor(pinned: boolean) {
    this.#pinned = pinned;
  }

  /** One benchmark in its own process; undefined, and the whole run broken, when it gave no numbers. */
  async run<T extends { broken: string[] }>(
    file: string,
    limits: Omit<ChildOptions, 'pinned'>,
    args: readonly string[] = [],
  ): Promise<T | undefined> {
    process.stderr.write(`${[file, ...args].join(' ')} …\n`);
    const result = await runChild<T>(file, args, { ...limits, pinned: this.#pinned });
    if (!result.ok) this.broken.push(result.why);
    else this.broken.push(...result.report.broken);
    return result.ok ? result.report : undefined;
  }
}

async function measure(): Promise<Report> {
  const pinned = isPinnable();
  const bench = new Bench(pinned);
  const { figures, broken } = bench;
  const receive = await bench.run<ReceiveReport>('receive.ts', RECEIVE);
  if (receive !== undefined) figures.push(...receiveFigures(receive));
  const alone = await bench.run<StormReport>('storm.ts', STORM);
  if (alone !== undefined) figures.push(...stormFigures(alone));
  const flooded = await bench.run<StormReport>('storm.ts', STORM, ['--foreign', String(FOREIGN)]);
  if (alone !== undefined && flooded !== undefined) figures.push(...floodFigures(alone, flooded));
  const throttling = await bench.run<ThrottlingReport>('throttling.ts', THROTTLING);
  if (throttling !== undefined) figures.push(...throttlingFigures(throttling));
  return { setting: settingOf(pinned), figures, broken };
}

function settingOf(pinned: boolean): string[] {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  const cores = pinned ? 'every process held on one core' : 'not held on one core';
  return [
    `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${cpu}, ${availableParallelism()} cores, ${cores}`,
    'receive: in-memory ports that answer at once, log silent, 40,000 events a round, median of 5 rounds',
    'storm: 1,000 nodes and 30,000 pods, simulated; virtual time counts 5 ms for an AWS call and 2 ms for a Kubernetes call, no cold starts; V8 heap of at most 400 MB',
    'throttled calls: 40 keys and 10 Spot warnings in 60 s on 20 nodes and 400 pods; every function and the simulated fleet in one process; V8 heap of at most 128 MB',
  ];
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const report = await measure();
console.log(values.json ? asJson(report) : asTable(report));
if (report.broken.length > 0) process.exitCode = 1;
