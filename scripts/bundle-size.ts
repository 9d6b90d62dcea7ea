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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`.padStart(9);
}

if (import.meta.main) {
  console.log(`${'bundle'.padEnd(30)}${'total'.padStart(9)}${'at start'.padStart(9)}${'gzip'.padStart(9)}`);
  for (const size of await measure(resolve(import.meta.dirname, '..'))) {
    console.log(
      size.bundle.padEnd(30) + kilobytes(size.total) + kilobytes(size.entry) + kilobytes(size.gzip),
    );
  }
}
