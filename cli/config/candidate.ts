import { relative, resolve } from 'node:path';
import { readConfigFile } from '../../shared/config/file.ts';
import { type Config, loadConfig } from '../../shared/config/load.ts';
import type { Problem } from '../../shared/config/problem.ts';
import { SECTIONS } from '../files.ts';
import { table } from '../output.ts';
import type { VerbInput } from '../verb.ts';

/** A config that was checked, as it would be stored. */
export interface Candidate {
  text: string;
  hash: string;
  config: Config;
}

/** As `checked`. Throws PortError, with the path, for a file that cannot be read. */
export async function fromFile(input: VerbInput, file: string): Promise<Candidate | undefined> {
  const path = resolve(input.context.cwd, file);
  return checked(input, await readConfigFile(path), relative(input.context.cwd, path));
}

/** Undefined, with every problem printed, when the text is no config. */
export function checked(
  { output, options }: Pick<VerbInput, 'output' | 'options'>,
  source: string,
  name: string,
): Candidate | undefined {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const result = loadConfig(text, name, SECTIONS);
  if (result.ok) return { text, hash: result.hash, config: result.config };
  const { problems } = result;
  if (options['json'] === true) output.json({ ok: false, file: name, problems });
  else for (const line of problemLines(name, problems)) output.data(line);
  output.talk(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${name}`);
  return undefined;
}

/** `file:line:column`, which editors and terminals turn into links. */
function problemLines(file: string, problems: readonly Problem[]): string[] {
  return table(
    problems.map(({ line, column, path, message }) => [
      `${file}:${line}:${column}`,
      path || '(file)',
      message,
    ]),
  );
}
