import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { shipped } from '../files.ts';
import { EXIT, type ExitCode, UsageError, type Verb, type VerbInput } from '../verb.ts';

/** What is written, and the shipped file it is a copy of; the schema is for editors and lies beside the config. */
const FILES: readonly { name: string; from: string }[] = [
  { name: 'paramedic.yaml', from: shipped('cli', 'config', 'starter.yaml') },
  { name: 'paramedic.schema.json', from: shipped('schema', 'paramedic.schema.json') },
];

export const verb: Verb = {
  name: 'init',
  summary: 'write a commented starter config, which only observes',
  operands: '[dir]',
  count: { min: 0, max: 1 },
  options: { force: { type: 'boolean', help: 'overwrite what is there' } },
  examples: ['init', 'init deploy/prod'],
  run,
};

async function run({ operands, options, output, context }: VerbInput): Promise<ExitCode> {
  const shownAs = operands[0] ?? '.';
  const folder = resolve(context.cwd, shownAs);
  const there = FILES.filter(({ name }) => existsSync(join(folder, name)));
  if (there.length > 0 && options['force'] !== true) {
    output.talk(`${there.map(({ name }) => name).join(' and ')} stands there already; --force overwrites it`);
    return EXIT.blocked;
  }
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, from } of FILES) await writeFile(join(folder, name), await readFile(from));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`cannot write to ${shownAs} (${code})`);
  }
  for (const { name } of FILES) output.data(join(shownAs, name));
  const file = join(shownAs, 'paramedic.yaml');
  output.talk(`next: paramedic config validate ${file}, then paramedic config diff ${file}`);
  return EXIT.ok;
}
