import { resolve } from 'node:path';
import { policyFor } from '../../shared/config/effective.ts';
import { readConfigFile } from '../../shared/config/file.ts';
import { type Config, loadConfig } from '../../shared/config/load.ts';
import type { Problem } from '../../shared/config/problem.ts';
import { SECTIONS } from '../files.ts';
import { table } from '../output.ts';
import { EXIT, type ExitCode, type VerbInput } from '../verb.ts';

interface EffectiveMode {
  cluster: string;
  trouble: string;
  mode: string;
  rule: string;
}

/** A good file shows what mode holds where and why; a bad one everything that is wrong with it. */
export async function validateFile({ options, output, context }: VerbInput, file: string): Promise<ExitCode> {
  const text = await readConfigFile(resolve(context.cwd, file));
  const result = loadConfig(text, file, SECTIONS);
  if (!result.ok) {
    if (options['json'] === true) output.json({ ok: false, file, problems: result.problems });
    else for (const line of problemLines(file, result.problems)) output.data(line);
    output.talk(
      `${result.problems.length} ${result.problems.length === 1 ? 'problem' : 'problems'} in ${file}`,
    );
    return EXIT.blocked;
  }
  const modes = effectiveModes(result, context.clock.now());
  if (options['json'] === true) output.json({ ok: true, file, hash: result.hash, modes });
  else for (const line of modeLines(modes)) output.data(line);
  output.talk(`${file} is valid (${result.hash})`);
  return EXIT.ok;
}

/** `file:line:column`, which editors and terminals turn into links. */
export function problemLines(file: string, problems: readonly Problem[]): string[] {
  return table(
    problems.map(({ line, column, path, message }) => [
      `${file}:${line}:${column}`,
      path || '(file)',
      message,
    ]),
  );
}

function effectiveModes(loaded: { config: Config; hash: string }, now: number): EffectiveMode[] {
  const { troubles, clusters } = loaded.config;
  const anyOther = { name: '(any other)', account: '', region: '' };
  // An entry without account or region applies everywhere, so an empty one matches it as well; a glob matches itself.
  const refs = clusters.map(({ name, account = '', region = '' }) => ({ name, account, region }));
  return [...refs, anyOther].flatMap((cluster) =>
    Object.keys(troubles).map((trouble) => {
      const { mode, modeRule } = policyFor(loaded, cluster, trouble, now);
      return { cluster: cluster.name, trouble, mode, rule: modeRule };
    }),
  );
}

function modeLines(modes: readonly EffectiveMode[]): string[] {
  const rows = modes.map(({ cluster, trouble, mode, rule }) => [cluster, trouble, mode, rule]);
  return table([['CLUSTER', 'TROUBLE', 'MODE', 'DECIDED BY'], ...rows]);
}
