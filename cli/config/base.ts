import type { ConfigChange } from '../../shared/config/compare.ts';
import type { Loaded } from '../../shared/config/effective.ts';
import { loadConfig } from '../../shared/config/load.ts';
import type { ConfigStore, StoredConfig } from '../../shared/config/store.ts';
import { pushedName } from '../../shared/config/stored-or-packaged.ts';
import { configOf, SECTIONS } from '../files.ts';
import { type Output, plain, table } from '../output.ts';

/** The config a change is compared with. */
export interface Base {
  /** 0 before the first push. */
  version: number;
  hash: string;
  /** Undefined: nothing was pushed, or what was pushed says nothing to this version of the program. */
  loaded?: Loaded;
  /** Whether a risky change needs another person; undefined before the first push. */
  needsTwo?: boolean;
}

/**
 * What is pushed. Before the first push, and where the pushed text is not valid any more, a change is compared with
 * the defaults, which only observe: everything beyond them counts as risky.
 */
export async function baseOf(store: Pick<ConfigStore, 'head' | 'history'>): Promise<Base> {
  const head = await store.head();
  if (head === undefined) return { version: 0, hash: '' };
  const { version, hash } = head;
  const loaded = load(head);
  return loaded === undefined
    ? { version, hash, needsTwo: await neededTwo(store) }
    : { version, hash, loaded, needsTwo: loaded.config.approvals.configNeedsTwo };
}

function load({ text, version }: StoredConfig): Loaded | undefined {
  const result = loadConfig(text, pushedName(version), SECTIONS);
  return result.ok ? result : undefined;
}

const LOOK_BACK = 20;

/** As the newest version says that is still valid. Unknown is yes: else a bad version would make one person enough. */
async function neededTwo(store: Pick<ConfigStore, 'history'>): Promise<boolean> {
  for (const stored of await store.history(LOOK_BACK)) {
    const loaded = load(stored);
    if (loaded !== undefined) return loaded.config.approvals.configNeedsTwo;
  }
  return true;
}

export function describeBase({ version, loaded }: Base): string {
  if (loaded !== undefined) return `compared with version ${version}, which is pushed`;
  const why = version === 0 ? 'nothing was pushed yet' : `version ${version} is not valid any more`;
  return `${why}: compared with the defaults, which only observe`;
}

export function defaults(): Loaded {
  return configOf('version: 1\n', 'defaults');
}

/** One line per change, the risk last. */
export function printChanges(output: Output, changes: readonly ConfigChange[], base: Base): void {
  const rows = changes.map(({ path, before, after, risk }) => [path, `${before} → ${after}`, risk ?? '']);
  for (const line of table([['OPTION', 'CHANGE', 'RISK'], ...rows])) output.data(line);
  const risky = changes.filter(({ risk }) => risk !== undefined).length;
  output.talk(plain(`${changes.length} changed, ${risky} risky; ${describeBase(base)}`));
}
