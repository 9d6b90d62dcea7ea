import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What one run of a contract suite found: each behaviour's name, and `passed` or `failed`. */
export interface ContractRun {
  contract: string;
  /** What was tried: `simulator`, or the engine. */
  subject: string;
  behaviours: Readonly<Record<string, string>>;
}

/** Wider than anything a cell says. */
const CELL = 20;

/** Where contract suites leave a file for each run. */
export const RESULTS = resolve(import.meta.dirname, '../../node_modules/.vitest/contracts');

/** The newest run of each suite on each subject; none when no suite has run. */
export async function readRuns(folder = RESULTS): Promise<ContractRun[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8')),
  );
  return texts.map((text) => JSON.parse(text) as ContractRun);
}

/**
 * Behaviour × subject, one table for each contract; the simulator first, and last who confirms the behaviour:
 * an engine, or the simulator only. A dash stands for what was not run.
 */
export function tableOf(runs: readonly ContractRun[]): string[] {
  return [...Map.groupBy(runs, ({ contract }) => contract)].flatMap(([contract, all]) => {
    const ordered = [...all.filter(isSimulator), ...all.filter((run) => !isSimulator(run))];
    const names = [...new Set(ordered.flatMap(({ behaviours }) => Object.keys(behaviours)))];
    const width = Math.max(contract.length, ...names.map((name) => name.length)) + 2;
    const row = (name: string, cells: readonly string[]) =>
      (name.padEnd(width) + cells.map((cell) => cell.padEnd(CELL)).join('')).trimEnd();
    return [
      row(contract, [...ordered.map(({ subject }) => subject), 'confirmed by']),
      ...names.map((name) =>
        row(name, [...ordered.map(({ behaviours }) => behaviours[name] ?? '-'), confirmedBy(name, all)]),
      ),
    ];
  });
}

function confirmedBy(name: string, runs: readonly ContractRun[]): string {
  const engines = runs.filter((run) => !isSimulator(run));
  if (engines.length === 0) return '- (no engine has run)';
  return engines.some(({ behaviours }) => behaviours[name] === 'passed') ? 'engine' : 'simulator only';
}

function isSimulator({ subject }: ContractRun): boolean {
  return subject === 'simulator';
}

if (import.meta.main) {
  const runs = await readRuns();
  if (runs.length === 0) console.log('no contract suite has run');
  for (const line of tableOf(runs)) console.log(line);
}
