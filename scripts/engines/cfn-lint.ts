import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, run } from './cache.ts';

const VERSION = '1.58.0';
/** Everything it loads, so that the same templates are judged alike tomorrow. */
const PACKAGES = [
  `cfn-lint==${VERSION}`,
  'jsonpatch==1.47',
  'jsonpointer==3.12',
  'mpmath==1.3.0',
  'networkx==3.6.1',
  'PyYAML==6.0.3',
  'regex==2026.11.15',
  'sympy==1.14.0',
  'typing_extensions==4.16.0',
];
const INSTALL_MS = 600_000;

/** One thing cfn-lint found, e.g. rule `W3005`, resource `SweepRole`. */
export interface Finding {
  rule: string;
  level: 'Error' | 'Warning';
  message: string;
  /** Where in the template, from its root. */
  path: (string | number)[];
}

/** Brings cfn-lint and gives the path of its command. Throws when it cannot be had. */
export async function prepare(): Promise<string> {
  return join(await pythonTools('cfn-lint', VERSION, PACKAGES), 'cfn-lint');
}

/**
 * A virtual environment of its own under the cache, with exactly these packages; made again when the list changes.
 * Gives the folder of its commands.
 */
export async function pythonTools(
  name: string,
  version: string,
  packages: readonly string[],
): Promise<string> {
  const folder = await cacheFolder(`${name}-${version}`);
  const marker = join(folder, 'installed.txt');
  const wanted = packages.join('\n');
  if ((await readFile(marker, 'utf8').catch(() => '')) !== wanted) {
    await rm(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder], { timeoutMs: INSTALL_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-deps', ...packages];
    await run(join(folder, 'bin', 'python'), pip, { timeoutMs: INSTALL_MS });
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'check']);
    await writeFile(marker, wanted);
  }
  return join(folder, 'bin');
}

/** What cfn-lint says about a template file, for one region: errors and warnings. */
export async function lint(command: string, file: string, region: string): Promise<Finding[]> {
  const args = ['--format', 'json', '--non-zero-exit-code', 'none', '--regions', region, '--', file];
  const text = await run(command, args);
  return (JSON.parse(text) as Raw[]).map(({ Rule, Level, Message, Location }) => ({
    rule: Rule.Id,
    level: Level,
    message: Message,
    path: Location.Path ?? [],
  }));
}

interface Raw {
  Rule: { Id: string };
  Level: Finding['level'];
  Message: string;
  Location: { Path: (string | number)[] | null };
}

if (import.meta.main) {
  try {
    console.log(`cfn-lint ${VERSION}: ${await prepare()}`);
  } catch (error) {
    console.log(`skipped: cfn-lint: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 3;
  }
}
