import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLES } from './build.ts';

/** Sizes in bytes. `entry` is what a cold start loads at once; the rest are chunks loaded when needed. */
export interface BundleSize {
  bundle: string;
  total: number;
  entry: number;
  gzip: number;
}

/** In KB of 1,024 bytes, over every chunk of a bundle: a cold start reads them all from the package. */
export const BUDGET_KB = 1_300;
export const AIM_KB = 1_000;

export async function measure(root: string): Promise<BundleSize[]> {
  return Promise.all(Object.keys(BUNDLES).map((bundle) => measureOne(join(root, 'dist', bundle), bundle)));
}

async function measureOne(folder: string, bundle: string): Promise<BundleSize> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
  );
  const byName = new Map(files.map(({ name, bytes }) => [name, bytes]));
  const atOnce = [...staticClosure('index.mjs', byName)];
  return {
    bundle,
    total: sum(files.map(({ bytes }) => bytes.length)),
    entry: sum(atOnce.map((name) => byName.get(name)?.length ?? 0)),
    gzip: sum(files.map(({ bytes }) => gzipSync(bytes).length)),
  };
}

/** The files that the entry imports statically, itself included. */
function staticClosure(name: string, files: Map<string, Buffer>, seen = new Set<string>()): Set<string> {
  const bytes = files.get(name);
  if (bytes === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const match of bytes.toString('utf8').matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g)) {
    staticClosure(match[1] ?? '', files, seen);
  }
  return seen;
}

/** One line for each bundle above the aim; `isOver` when one is above the budget. */
export function judge(sizes: readonly Pick<BundleSize, 'bundle' | 'total'>[]): {
  lines: string[];
  isOver: boolean;
} {
  const above = sizes.filter(({ total }) => total > AIM_KB * 1_024);
  const lines = above.map(({ bundle, total }) =>
    isOverBudget(total)
      ? `${bundle} is over the budget: ${kilobytes(total)} of ${BUDGET_KB} KB`
      : `note: ${bundle} is above the aim: ${kilobytes(total)} of ${AIM_KB} KB`,
  );
  return { lines, isOver: above.some(({ total }) => isOverBudget(total)) };
}

function isOverBudget(bytes: number): boolean {
  return bytes > BUDGET_KB * 1_024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Rounded up, so that a size over a limit never reads like the limit itself. */
function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_024)} KB`;
}

function column(bytes: number): string {
  return kilobytes(bytes).padStart(9);
}

if (import.meta.main) {
  console.log(`${'bundle'.padEnd(30)}${'total'.padStart(9)}${'at start'.padStart(9)}${'gzip'.padStart(9)}`);
  const sizes = await measure(resolve(import.meta.dirname, '..'));
  for (const { bundle, total, entry, gzip } of sizes) {
    console.log(bundle.padEnd(30) + column(total) + column(entry) + column(gzip));
  }
  const { lines, isOver } = judge(sizes);
  for (const line of lines) console.error(line);
  if (isOver) process.exitCode = 1;
}
