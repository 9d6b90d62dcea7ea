import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BUNDLES, buildAll } from '../scripts/build.ts';
import { type BundleSize, measure as measureSizes } from '../scripts/bundle-size.ts';
import { printReport } from './children.ts';
import { HOME } from './setup.ts';
import { median } from './statistics.ts';
import { timed } from './stopwatch.ts';

export interface BundleReport extends BundleSize {
  /** What loading the entry adds to a process that does nothing, in ms. */
  importMs: number;
}

export interface BundlesReport {
  /** A process that does nothing, in ms. */
  emptyMs: number;
  runs: number;
  bundles: BundleReport[];
  broken: string[];
}

const ROOT = resolve(import.meta.dirname, '..');
const RUNS = 7;
const PROCESS_LIMIT_MS = 10_000;
const EMPTY = '';
const IMPORT = [
  'import(process.argv[1]).then(({ handler }) => {',
  "  if (typeof handler !== 'function') throw new Error('no handler');",
  '});',
].join('\n');

/** Builds into a folder of its own: `dist/` is what gets deployed. */
async function measure(): Promise<BundlesReport> {
  const target = await mkdtemp(join(tmpdir(), 'paramedic-bench-'));
  try {
    await buildAll(ROOT, target);
    const sizes = await measureSizes(target);
    const times = await importTimes(target);
    const emptyMs = median(times.get(EMPTY) ?? []);
    const bundles = sizes.map((size) => {
      return { ...size, importMs: median(times.get(size.bundle) ?? []) - emptyMs };
    });
    return { emptyMs, runs: RUNS, bundles, broken: [] };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

/** By bundle, and `EMPTY` for none: they take turns, and the first turn only warms the disk's cache. */
async function importTimes(target: string): Promise<Map<string, number[]>> {
  const names = [EMPTY, ...Object.keys(BUNDLES)];
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let run = 0; run <= RUNS; run++) {
    for (const name of names) {
      const { ms } = await timed(() => load(target, name));
      if (run > 0) times.get(name)?.push(ms);
    }
  }
  return times;
}

async function load(target: string, bundle: string): Promise<void> {
  const folder = join(target, 'dist', bundle);
  const args = bundle === EMPTY ? ['-e', ''] : ['-e', IMPORT, join(folder, 'index.mjs')];
  const env = { ...VARIABLES, PARAMEDIC_CONFIG: join(folder, 'paramedic.yaml') };
  await promisify(execFile)(process.execPath, args, { env, timeout: PROCESS_LIMIT_MS });
}

/** What `serverless.yml` gives the functions, with ids that exist nowhere. */
const ARN = `${HOME.region}:${HOME.account}`;
const VARIABLES = {
  AWS_REGION: HOME.region,
  ACCOUNT_ID: HOME.account,
  STAGE: 'bench',
  TABLE_NAME: 'paramedic-bench',
  TOPIC_ARN: `arn:aws:sns:${ARN}:paramedic-bench`,
  QUEUE_URL: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/bench`,
  DLQ_URL: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/bench-dlq`,
  REMEDIATE_FUNCTION: `arn:aws:lambda:${ARN}:function:paramedic-bench:durable`,
  POWERTOOLS_SERVICE_NAME: 'paramedic-bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Paramedic',
};

if (import.meta.main) printReport(await measure());
