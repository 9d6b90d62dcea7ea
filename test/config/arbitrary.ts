import fc from 'fast-check';
import { MODES } from '../../shared/config/policy.ts';

const mode = fc.option(fc.constantFrom(...MODES), { nil: undefined });
const account = fc.option(fc.constantFrom('111122223333', '444455556666'), { nil: undefined });
const NAMES = ['prod-eu', 'prod-us', 'dev-eu', 'prod-*', '*-eu', 'dev*', '*', 'p*-*'];

const window = fc.record({
  cron: fc.constantFrom('0 1 * * *', '0 13 * * 1-5', '30 22 1 * *'),
  duration: fc.constantFrom('1h', '2h', '9h'),
  timezone: fc.option(fc.constantFrom('Europe/Berlin', 'Australia/Sydney'), { nil: undefined }),
  mode: fc.constantFrom(...MODES),
});
const windows = fc.array(window, { maxLength: 2 });

const entry = fc.record({
  account,
  mode,
  own: mode,
  windows,
  force: fc.option(fc.boolean(), { nil: undefined }),
});

const values = fc.record({
  global: fc.record({ mode, windows, timezone: fc.constantFrom('UTC', 'Asia/Tokyo') }),
  trouble: mode,
  preset: fc.option(fc.constantFrom('preset:observe-only', 'preset:conservative', 'preset:balanced'), {
    nil: undefined,
  }),
  clusters: fc.array(fc.tuple(fc.constantFrom(...NAMES), entry), { maxLength: 4 }),
});

/** Config files with every level that can set a mode. A few are refused for globs of equal weight. */
export const configText: fc.Arbitrary<string> = values.map(({ global, trouble, preset, clusters }) => {
  const named = [...new Map(clusters)];
  const file = {
    version: 1,
    ...(preset !== undefined && { extends: [preset] }),
    global: { mode: global.mode, timezone: global.timezone, windows: numbered(global.windows) },
    troubles: { 'node-interruption': { mode: trouble } },
    clusters: named.map(([name, { own, force, ...rest }]) => ({
      name,
      ...rest,
      windows: numbered(rest.windows),
      troubles: { 'node-interruption': { mode: own, ...(force !== undefined && { drain: { force } }) } },
    })),
  };
  // JSON is YAML, and one value a line stays below the longest line.
  return JSON.stringify(file, undefined, 1);
});

function numbered(all: readonly object[]): object[] {
  return all.map((each, index) => ({ name: `w${index}`, ...each }));
}

/** Clusters that those configs name, match or do not know. */
export const clusterRef = fc.record({
  name: fc.constantFrom('prod-eu', 'prod-us', 'dev-eu', 'dev', 'test-eu', 'other'),
  account: fc.constantFrom('111122223333', '444455556666', '999999999999'),
  region: fc.constant('eu-west-1'),
});

/** Over more than a year, switches of the clocks included. */
export const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 6, 1) });
