import type { ConfigChange } from '../../shared/config/compare.ts';
import type { Loaded } from '../../shared/config/effective.ts';
import { loadConfig } from '../../shared/config/load.ts';
import type { ConfigStore, StoredConfig } from '../../shared/config/store.ts';
import { CONFIG_NAME, pushedName } from '../../shared/config/stored-or-packaged.ts';
import { configOf, readText, SECTIONS, shipped } from '../files.ts';
import { type Output, plain, table } from '../output.ts';

/** The config a change is compared with. */
export interface Base {
  /** 0 before the first push. */
  version: number;
  hash: string;
  /** Undefined: nothing was pushed, or what was pushed says nothing to this version of the program. */
  loaded?: Loaded;
}

/**
 * What is pushed. Before the first push, and where the pushed text is not valid any more, a change is compared with
 * the defaults, which only observe: everything beyond them counts as risky.
 */
export async function baseOf(store: Pick<ConfigStore, 'head'>): Promise<Base> {
  const head = await store.head();
  if (head === undefined) return { version: 0, hash: '' };
  const loaded = loadConfig(head.text, pushedName(head.version), SECTIONS);
  return { version: head.version, hash: head.hash, ...(loaded.ok && { loaded }) };
}

export function describeBase({ version, loaded }: Base): string {
  if (loaded !== undefined) return `compared with version ${version}, which is pushed`;
  const why = version === 0 ? 'nothing was pushed yet' : `version ${version} is not valid any more`;
  return `${why}: compared with the defaults, which only observe`;
}

export function defaults(): Loaded {
  return configOf('version: 1\n', 'defaults');
}

/** The pushed config, or the packaged file of this checkout while nothing was pushed. */
export async function inForce(
  store: Pick<ConfigStore, 'head'>,
  cwd: string,
): Promise<{ loaded: Loaded; head?: StoredConfig }> {
  const head = await store.head();
  if (head !== undefined) return { loaded: configOf(head.text, pushedName(head.version)), head };
  return { loaded: configOf(await readText(cwd, shipped(CONFIG_NAME)), CONFIG_NAME) };
}

/** One line per change, the risk last. */
export function printChanges(output: Output, changes: readonly ConfigChange[], base: Base): void {
  const rows = changes.map(({ path, before, after, risk }) => [path, `${before} → ${after}`, risk ?? '']);
  for (const line of table([['OPTION', 'CHANGE', 'RISK'], ...rows])) output.data(line);
  const risky = changes.filter(({ risk }) => risk !== undefined).length;
  output.talk(plain(`${changes.length} changed, ${risky} risky; ${describeBase(base)}`));
}
