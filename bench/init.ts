import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from '../scripts/build.ts';
import { type BundleSize, judge, measure as measureSizes } from '../scripts/bundle-size.ts';
import { sizeFigures, timeFigures, unmeasured } from './init/figures.ts';
import { playRounds } from './init/rounds.ts';
import { asJson, asTable, type Report } from './report.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_RUNS = 200;

/** Builds into a folder of its own: `dist/` is what gets deployed. */
async function measure(runs: number): Promise<Report> {
  const target = await mkdtemp(join(tmpdir(), 'paramedic-init-'));
  try {
    await buildAll(ROOT, target);
    await writeFile(join(target, 'empty.mjs'), 'export const handler = async () => ({});\n');
    const sizes = await measureSizes(target);
    const { samples, broken } = await playRounds(ROOT, target, runs);
    return {
      setting: [...settingOf(runs), ...unmeasured(samples)],
      figures: [...timeFigures(samples), ...sizeFigures(sizes)],
      broken: [...broken, ...overBudget(sizes)],
    };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function overBudget(sizes: readonly BundleSize[]): string[] {
  return sizes
    .map((size) => judge([size]))
    .filter(({ isOver }) => isOver)
    .flatMap(({ lines }) => lines);
}

function settingOf(runs: number): string[] {
  const { node } = process.versions;
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  return [
    `Node ${node} on ${process.platform} ${process.arch}, ${cpu}, ${availableParallelism()} cores`,
    `medians of ${runs} fresh processes each, in turns with an empty handler, after one turn to warm up`,
    'init: start of the process until it asks for its first event; first invoke: event delivered until answered',
    'one Spot warning on its way through receive, remediate (mode observe, as packaged) and sweep; AWS, the ledger and the API server answer on loopback, over TLS',
    "not in it: Lambda's own start of an environment, the network, a share of a vCPU instead of a whole one",
  ];
}

function runsFrom(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= 1 && runs <= MAX_RUNS) return runs;
  throw new RangeError(`--runs takes a whole number from 1 to ${MAX_RUNS}`);
}

const options = {
  runs: { type: 'string', default: '15' },
  json: { type: 'boolean', default: false },
} as const;
const { values } = parseArgs({ options });
const report = await measure(runsFrom(values.runs));
console.log(values.json ? asJson(report) : asTable(report));
if (report.broken.length > 0) process.exitCode = 1;
