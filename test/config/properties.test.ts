import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareConfigs, isRisky } from '../../shared/config/compare.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { MODES, type Mode } from '../../shared/config/policy.ts';
import { isOpen } from '../../shared/config/window.ts';
import { clusterRef, configText, instant } from './arbitrary.ts';
import { type Loaded, sections } from './bad.ts';

const TROUBLE = 'node-interruption';
const rank = (mode: Mode) => MODES.indexOf(mode);

/** Other ones in every run of the tests; checking a text takes longer than everything that is asked of it here. */
const texts = fc.sample(configText, 200);
const configs = texts.flatMap((text): Loaded[] => {
  const result = loadConfig(text, 'x.yaml', sections);
  return result.ok ? [result] : [];
});
const anyConfig = fc.constantFrom(...configs);
const moment = fc.tuple(clusterRef, instant);
const moments = fc.array(moment, { minLength: 10, maxLength: 30 });

describe('for every config', () => {
  test('most of what is generated is one', () => {
    expect(configs.length).toBeGreaterThan(120);
  });

  test('the mode that holds is never higher than that of any level or open window', () => {
    fc.assert(
      fc.property(anyConfig, clusterRef, instant, ({ config, hash }, cluster, now) => {
        const { mode } = policyFor({ config, hash }, cluster, TROUBLE, now);
        const exact = config.clusters.find(
          ({ name, account }) => name === cluster.name && account === undefined,
        );
        const windows = [...config.global.windows, ...(exact?.windows ?? [])];
        const caps = [
          config.global.mode,
          config.troubles[TROUBLE]?.mode,
          exact?.mode,
          exact?.troubles?.[TROUBLE]?.mode,
          ...windows.flatMap((each) => (isOpen(each, config.global.timezone, now) ? [each.mode] : [])),
        ];
        for (const cap of caps) if (cap !== undefined) expect(rank(mode)).toBeLessThanOrEqual(rank(cap));
      }),
      { numRuns: 2000 },
    );
  });

  test('a change that raises a mode anywhere, at any time, is risky', () => {
    let raised = 0;
    fc.assert(
      fc.property(anyConfig, anyConfig, moments, (before, after, at) => {
        const isRaised = at.some(([cluster, now]) => {
          const old = policyFor(before, cluster, TROUBLE, now).mode;
          return rank(policyFor(after, cluster, TROUBLE, now).mode) > rank(old);
        });
        if (!isRaised) return;
        raised++;
        expect(isRisky(compareConfigs(before.config, after.config, sections))).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(raised).toBeGreaterThan(100);
  });

  test('an option switched on for any cluster is risky', () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, clusterRef, (before, after, cluster) => {
        const force = (loaded: Loaded) =>
          (policyFor(loaded, cluster, TROUBLE, 0).section['drain'] as { force: boolean }).force;
        if (!force(before) && force(after))
          expect(isRisky(compareConfigs(before.config, after.config, sections))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('no change is no change, and nothing is risky about it', () => {
    for (const { config } of configs) expect(compareConfigs(config, config, sections)).toEqual([]);
  });
});
