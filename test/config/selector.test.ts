import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policyFor } from '../../shared/config/effective.ts';
import { bestIndex, includes, overlap } from '../../shared/config/selector.ts';
import { loaded } from './bad.ts';

const cluster = (name: string) => ({ name, account: '111122223333', region: 'eu-west-1' });
const named = (...names: string[]) => names.map((name) => ({ name }));
const best = (names: string[], name: string) => bestIndex(named(...names), cluster(name));

describe('the entry that holds for a cluster', () => {
  test.each([
    [['prod-*', 'prod-eu1'], 'prod-eu1', 1],
    [['prod-*', 'prod-eu1'], 'prod-us1', 0],
    [['prod-*', 'prod-eu*', '*'], 'prod-eu1', 1],
    [['*', 'p*'], 'prod', 1],
    [['*-eu1', 'prod-*'], 'prod-eu1', 1],
    [['prod-*'], 'preprod-eu1', undefined],
    [['prod'], 'prod-eu1', undefined],
    [['*prod*'], 'a-prod-b', 0],
    [['a*b*c'], 'a-b-b-c', 0],
    [['a*b*c'], 'a-c-b', undefined],
  ])('of %j for %s is number %s', (names, name, expected) => expect(best(names, name)).toBe(expected));

  test('an entry for another account leaves the cluster to the next nearest', () => {
    const entries = [{ name: '*' }, { name: 'prod', account: '999999999999' }];
    expect(bestIndex(entries, cluster('prod'))).toBe(0);
  });

  test('entries are not combined', () => {
    const text = `version: 1
global: { mode: auto }
clusters:
  - { name: prod-*, mode: off }
  - { name: prod-eu1, troubles: { node-interruption: { drain: { parallel: 3 } } } }
`;
    const at = (name: string) => policyFor(loaded(text), cluster(name), 'node-interruption', 0);
    expect(at('prod-us1')).toMatchObject({ mode: 'off', section: { drain: { parallel: 20 } } });
    expect(at('prod-eu1')).toMatchObject({ mode: 'auto', section: { drain: { parallel: 3 } } });
  });

  test('globs of one weight for different accounts are no tie', () => {
    const text = `version: 1
clusters:
  - { name: prod-*, account: "111122223333" }
  - { name: "*-prod", account: "444455556666" }
`;
    expect(loaded(text).config.clusters).toHaveLength(2);
  });
});

const letters = fc.array(fc.constantFrom('a', 'b', '-'), { maxLength: 6 }).map((all) => all.join(''));
const glob = fc
  .array(fc.constantFrom('a', 'b', '-', '*'), { minLength: 1, maxLength: 6 })
  .map((all) => all.join(''));
const matches = (pattern: string, name: string) =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);

describe('globs', () => {
  test('match as the same pattern does', () => {
    fc.assert(
      fc.property(glob, letters, (pattern, name) => {
        const isMatch = bestIndex(named(pattern), cluster(name)) !== undefined;
        expect(isMatch).toBe(matches(pattern, name));
      }),
      { numRuns: 2000 },
    );
  });

  test('that share a name overlap, and one that includes another has all its names', () => {
    fc.assert(
      fc.property(glob, glob, letters, (left, right, name) => {
        const both = matches(left, name) && matches(right, name);
        if (both) expect(overlap({ name: left }, { name: right })).toBe(true);
        if (includes({ name: left }, { name: right }) && matches(right, name))
          expect(matches(left, name)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('that overlap share a name of no more letters than both have', () => {
    const names = everyName(7);
    fc.assert(
      fc.property(glob, glob, (left, right) => {
        const shared = names.some((name) => matches(left, name) && matches(right, name));
        const short = left.length + right.length <= 7;
        if (short) expect(overlap({ name: left }, { name: right })).toBe(shared);
      }),
      { numRuns: 500 },
    );
  });
});

function everyName(length: number): string[] {
  const shorter = length === 0 ? [] : everyName(length - 1);
  const longest = shorter.filter((name) => name.length === length - 1);
  return length === 0
    ? ['']
    : [...shorter, ...longest.flatMap((name) => [...'ab-'].map((letter) => name + letter))];
}
