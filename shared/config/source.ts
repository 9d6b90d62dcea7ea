import type { Clock, EpochMs } from '../clock.ts';
import { describeFailure } from '../errors.ts';
import type { Loaded } from './effective.ts';
import { loadConfig } from './load.ts';
import type { Sections } from './section.ts';

/** A text, and what it is called in rules and problems. */
export interface ConfigText {
  text: string;
  fileName: string;
}

export interface ConfigSourceOptions {
  read: () => Promise<ConfigText>;
  sections: Sections;
  clock: Clock;
  /** The text is read again when the last look at it is older than this. */
  maxAgeMs: number;
  /** Called after every look that found something wrong. */
  onProblem?: (problem: ConfigProblem) => void;
}

export interface ConfigProblem {
  /** Why the newest text is not in use: one line for the log and for people. */
  problem: string;
  hash: string;
  /** Since the config in use was last found to be the newest; absent for the built-in one. */
  ageMs?: number;
}

export interface CurrentConfig extends Loaded {
  problem?: string;
}

export interface ConfigSource {
  /** Never throws. */
  get(): Promise<CurrentConfig>;
}

/** A config that was read and is good, and when that was last seen. */
interface Good extends Loaded {
  from: ConfigText;
  seenAt: EpochMs;
}

/**
 * The config in use. A text that is bad or cannot be read leaves the last good one in place; before there was
 * one, the built-in config holds, which only observes.
 */
export function configSource(options: ConfigSourceOptions): ConfigSource {
  let good: Good | undefined;
  let current: CurrentConfig | undefined;
  let lookedAt: EpochMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<CurrentConfig> | undefined;

  const look = async (): Promise<CurrentConfig> => {
    const result = await readAndLoad(options, good);
    lookedAt = options.clock.now();
    if (typeof result !== 'string') {
      good = { ...result, seenAt: lookedAt };
      current = { config: result.config, hash: result.hash };
      return current;
    }
    const { config, hash } = good ?? builtIn(options.sections);
    const problem = `${result}; ${keeping(good)}`;
    current = { config, hash, problem };
    options.onProblem?.({ problem, hash, ...(good && { ageMs: lookedAt - good.seenAt }) });
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

type Read = Omit<Good, 'seenAt'>;

/** The config, or what is wrong with it. The same text is not parsed twice. */
async function readAndLoad(
  { read, sections }: ConfigSourceOptions,
  good: Good | undefined,
): Promise<Read | string> {
  try {
    const from = await read();
    if (good?.from.text === from.text && good.from.fileName === from.fileName) return good;
    const { fileName } = from;
    const result = loadConfig(from.text, fileName, sections);
    if (result.ok) return { config: result.config, hash: result.hash, from };
    const { problems } = result;
    const [first] = problems;
    const where = first === undefined ? fileName : `${fileName}:${first.line} ${first.path}`.trimEnd();
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    return `${where} ${first?.message ?? 'is not valid'}${more}`;
  } catch (error) {
    return `config: ${describeFailure(error)}`;
  }
}

function keeping(good: Good | undefined): string {
  return good === undefined
    ? 'using the built-in config, which only observes'
    : `keeping the last good config ${good.hash}`;
}

function builtIn(sections: Sections): Loaded {
  const result = loadConfig('version: 1\nglobal: { mode: observe }\n', 'built-in', sections);
  if (!result.ok) throw new Error('a section has an option without a default');
  return { config: result.config, hash: 'built-in' };
}
