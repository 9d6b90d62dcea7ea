import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../functions/api-throttling/cni/addon-text.ts';
import {
  type AddonConfiguration,
  type AddonUpdate,
  addonChange,
  rollbackOf,
} from '../../../functions/api-throttling/cni/index.ts';
import { ANY_SCHEMA, SCHEMA } from './schemas.ts';

const ENV = { WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' };

function configuration(text: string): AddonConfiguration {
  const read = readConfiguration(text);
  if (!read.ok) throw new Error(read.why);
  return read.configuration;
}

function update(text: string, env = ENV, schema = SCHEMA): AddonUpdate {
  const change = addonChange(configuration(text), schema, env);
  if (!change.ok) throw new Error(change.why);
  return change.update;
}

function whyNot(text: string, env: Record<string, string> = ENV, schema = SCHEMA): string {
  const change = addonChange(configuration(text), schema, env);
  return change.ok ? 'allowed' : change.why;
}

describe('the configuration of the managed add-on', () => {
  test('values go under env as strings, beside everything that is there', () => {
    const text = '{"tolerations":[{"operator":"Exists"}],"env":{"WARM_ENI_TARGET":"1","WARM_IP_TARGET":"5"}}';
    const { configurationValues, rollback, diff } = update(text);
    expect(JSON.parse(configurationValues)).toEqual({
      tolerations: [{ operator: 'Exists' }],
      env: { WARM_ENI_TARGET: '1', WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' },
    });
    expect(rollback).toBe(text);
    expect(diff).toEqual([
      'env.WARM_IP_TARGET: "5" → "2"',
      'env.MINIMUM_IP_TARGET: (not set) → "12"',
      '2 other values stay as they are',
    ]);
  });

  test('none at all: only env is written, and the rollback clears it', () => {
    expect(update('')).toMatchObject({ configurationValues: JSON.stringify({ env: ENV }), rollback: '{}' });
  });

  test('YAML is read, written as JSON, and comes back byte for byte', () => {
    const text = '# ours\nenv:\n  WARM_ENI_TARGET: "1" # why\nenableNetworkPolicy: "true"\n';
    const { configurationValues, rollback, diff } = update(text);
    expect(JSON.parse(configurationValues)).toEqual({
      env: { WARM_ENI_TARGET: '1', ...ENV },
      enableNetworkPolicy: 'true',
    });
    expect(rollback).toBe(text);
    expect(diff.at(-1)).toContain('comments come back only with a rollback');
  });

  test.each([
    ['a list', '[1]', 'not a mapping'],
    ['a repeated key', '{"env":{},"env":{}}', 'DUPLICATE_KEY'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'MULTIPLE_DOCS'],
    ['broken text', '{"env":', 'YAML'],
    ['an alias', 'env: &e {A: "1"}\nother: *e\n', 'aliases'],
    ['a word that is a flag for some', 'enableWindowsIpam: yes\n', 'YAML 1.1 and 1.2'],
    ['a number that is octal for some', 'a: 012\n', 'YAML 1.1 and 1.2'],
    ['a date for some', 'a: 2026-11-21\n', 'JSON'],
    ['a number JSON cannot carry', '{"a":12345678901234567890}', 'exact form'],
    ['a number that is none', 'a: .nan\n', 'exact form'],
    ['too much', `"${'x'.repeat(200_001)}"`, 'longer'],
  ])('%s is refused before anything is written', (_, text, why) => {
    const read = readConfiguration(text);
    expect(read.ok ? 'read' : read.why).toContain(why);
  });

  test('nothing is sent when every value is there', () => {
    expect(whyNot(JSON.stringify({ env: ENV }))).toBe('every value is there already');
  });

  test('an env that is no mapping is not replaced', () => {
    expect(whyNot('{"env":"all"}')).toContain('no mapping');
  });
});

describe('for any configuration', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
  const names = fc.constantFrom('WARM_IP_TARGET', 'MINIMUM_IP_TARGET', 'IP_COOLDOWN_PERIOD', 'A');
  const strings = fc.dictionary(names, fc.constantFrom('1', '2', '12'), { maxKeys: 4 });
  const formats = fc.constantFrom(undefined, 1, '\t');

  test('every foreign key and value stays, ours are set, and the rollback is the former text', () => {
    let merged = 0;
    fc.assert(
      fc.property(json, strings, strings, formats, (values, env, wanted, indent) => {
        const text = JSON.stringify({ ...values, env }, undefined, indent);
        const read = readConfiguration(text);
        if (!read.ok) return;
        const change = addonChange(read.configuration, ANY_SCHEMA, wanted);
        expect(rollbackOf(read.configuration)).toBe(text);
        if (!change.ok) {
          expect(env).toMatchObject(wanted);
          return;
        }
        merged++;
        expect(change.update.rollback).toBe(text);
        const sent = JSON.parse(change.update.configurationValues);
        expect(sent).toEqual(JSON.parse(JSON.stringify({ ...values, env: { ...env, ...wanted } })));
        const again = addonChange(configuration(change.update.configurationValues), ANY_SCHEMA, wanted);
        expect(again.ok).toBe(false);
      }),
      { numRuns: 500 },
    );
    expect(merged).toBeGreaterThan(100);
  });

  test('any text is read or refused with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readConfiguration(text);
        if (read.ok) expect(read.configuration.text).toBe(text);
        else expect(read.why).toMatch(/^configurationValues: ./);
      }),
      { numRuns: 500 },
    );
  });
});
