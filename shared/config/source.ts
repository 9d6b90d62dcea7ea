import type { Clock, EpochMs } from '../clock.ts';
import { describeFailure } from '../errors.ts';
import { type Config, loadConfig } from './load.ts';
import type { Sections } from './section.ts';

export interface ConfigSourceOptions {
  read: () => Promise<string> | string;
  /** As it should stand in rules and problems. */
  fileName: string;
  sections: Sections;
  clock: Clock;
  /** The text is read again when the last look at it is older than this. */
  maxAgeMs: number;
}

export interface CurrentConfig {
  config: Config;
  /** Short hash of the text the config came from. */
  hash: string;
  /** Why the newest text is not in use: one line for the log and for people. */
  problem?: string;
}

export interface ConfigSource {
  /** Never throws. */
  get(): Promise<CurrentConfig>;
}

type Loaded = { config: Config; hash: string };

/**
 * The config in use. A text that is bad or cannot be read leaves the last good one in place; before there was
 * one, the built-in config holds, which only observes.
 */
export function configSource(options: ConfigSourceOptions): ConfigSource {
  let good: Loaded | undefined;
  let current: CurrentConfig | undefined;
  let lookedAt: EpochMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<CurrentConfig> | undefined;

  const look = async (): Promise<CurrentConfig> => {
    const result = await readAndLoad(options);
    if (typeof result === 'string') {
      const kept = good ?? builtIn(options.sections);
      current = { ...kept, problem: `${result}; ${keeping(good)}` };
    } else {
      good = result;
      current = result;
    }
    lookedAt = options.clock.now();
    return current;
  };

  return {
    get: async () => {
      const fresh = current !== undefined && options.clock.now() - lookedAt < options.maxAgeMs;
      if (fresh && current !== undefined) return current;
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return await looking;
    },
  };
}

/** The config, or what is wrong with it. */
async function readAndLoad({ read, fileName, sections }: ConfigSourceOptions): Promise<Loaded | string> {
  try {
    const result = loadConfig(await read(), fileName, sections);
    if (result.ok) return { config: result.config, hash: result.hash };
    const { problems } = result;
    const [first] = problems;
    const where = first === undefined ? fileName : `${fileName}:${first.line} ${first.path}`.trimEnd();
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    return `${where} ${first?.message ?? 'is not valid'}${more}`;
  } catch (error) {
    return `${fileName}: ${describeFailure(error)}`;
  }
}

function keeping(good: Loaded | undefined): string {
  return good === undefined
    ? 'using the built-in config, which only observes'
    : `keeping the last good config ${good.hash}`;
}

function builtIn(sections: Sections): Loaded {
  const result = loadConfig('version: 1\nglobal: { mode: observe }\n', 'built-in', sections);
  if (!result.ok) throw new Error('a section has an option without a default');
  return { config: result.config, hash: 'built-in' };
}
