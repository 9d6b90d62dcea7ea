import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { troubles } from '../functions/index.ts';
import { type Config, loadConfig } from '../shared/config/load.ts';
import { FileProblem, loadWorld } from '../simulator/load.ts';
import type { WorldSpec } from '../simulator/world-file.ts';
import { UsageError } from './verb.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Troubles' sections by name, as the config schema is composed of them. */
export const SECTIONS = Object.fromEntries(troubles.map((trouble) => [trouble.name, trouble.section]));

/** A file that ships with the product. */
export function shipped(...path: string[]): string {
  return join(ROOT, ...path);
}

/** Throws UsageError naming the path for a file that cannot be read. */
export async function readText(cwd: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`cannot read ${path} (${code})`);
  }
}

/** Throws UsageError with every problem and its line. */
export async function readWorld(cwd: string, path: string): Promise<WorldSpec> {
  try {
    return loadWorld(await readText(cwd, path), path);
  } catch (error) {
    if (error instanceof FileProblem) throw new UsageError(error.problems.join('; '));
    throw error;
  }
}

/** Throws UsageError with every problem and its line. */
export async function readConfig(cwd: string, path: string): Promise<{ config: Config; hash: string }> {
  return configOf(await readText(cwd, path), relative(cwd, resolve(cwd, path)));
}

export function configOf(text: string, path: string): { config: Config; hash: string } {
  const loaded = loadConfig(text, path, SECTIONS);
  if (loaded.ok) return { config: loaded.config, hash: loaded.hash };
  const problems = loaded.problems.map(
    ({ line, column, path: at, message }) => `${path}:${line}:${column} ${at}: ${message}`,
  );
  throw new UsageError(problems.join('; '));
}
