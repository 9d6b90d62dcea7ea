import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { configReference } from '../../shared/config/reference.ts';

const sections = Object.fromEntries(troubles.map(({ name, section }) => [name, section]));
const packaged = readFileSync(new URL('../../paramedic.yaml', import.meta.url), 'utf8');

function loaded(text: string) {
  const result = loadConfig(text, 'paramedic.yaml', sections);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

describe('the packaged config', () => {
  test('is valid and says exactly the defaults', () => {
    const { lines: _a, ...written } = loaded(packaged);
    const { lines: _b, ...defaults } = loaded('version: 1\n');
    expect(written).toEqual(defaults);
  });

  test('shows every option, so that an admin need not look elsewhere', () => {
    const { lines } = loaded(packaged);
    const { fileName: _, lines: _lines, presets: _presets, ...options } = loaded('version: 1\n');
    const missing = leaves(options, '')
      .map((path) => path.slice(1))
      .filter((path) => !(path in lines));
    expect(missing).toEqual([]);
  });

  test('the commented example of a cluster is valid', () => {
    const [head, example] = packaged.split('clusters: []\n# Example:\n');
    const { clusters } = loaded(`${head}${example?.replaceAll(/^# ?/gm, '')}`);
    expect(clusters[0]).toMatchObject({ name: 'prod-eu1', mode: 'approve' });
  });
});

describe('docs/configuration.md', () => {
  test('is what the schema says; `npx vitest run test/config -u` writes it', async () => {
    await expect(configReference(sections)).toMatchFileSnapshot('../../docs/configuration.md');
  });

  test('has a row with a meaning for every option', () => {
    const reference = configReference(sections);
    for (const path of leaves(loaded('version: 1\n').troubles['node-interruption'], ''))
      expect(reference).toMatch(new RegExp(`^\\| \`${path.slice(1)}\` \\|.*\\| [A-Z][^|]+\\. \\|$`, 'm'));
  });
});

function leaves(value: unknown, path: string): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, entry]) => leaves(entry, `${path}.${name}`));
}
