import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { editorSchema, printed } from './json-schema.ts';

const sections = Object.fromEntries(troubles.map(({ name, section }) => [name, section]));
type Json = { [name: string]: Json };
const schema = editorSchema(sections) as Json;

/** The schema at a path of options. */
function at(...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => inner?.['properties']?.[name], schema);
}

describe('schema/paramedic.schema.json', () => {
  test('is what the config schema says; `npx vitest run test/config -u` writes it', async () => {
    await expect(printed(schema)).toMatchFileSnapshot('../../schema/paramedic.schema.json');
  });

  test('is closed at every level', () => {
    const open = objects(schema, '').filter(([, each]) => each['additionalProperties'] === undefined);
    expect(open.map(([path]) => path)).toEqual([]);
  });

  test('knows units as patterns, bounds of counts and the allowed words', () => {
    expect(at('approvals', 'maxSnooze')).toMatchObject({
      type: 'string',
      pattern: '^\\d{1,6}[smhd]$',
      default: '1h',
    });
    expect(at('global', 'capacityFloor')).toMatchObject({ pattern: expect.stringContaining('%') });
    expect(at('global', 'disruptionBudget', 'perHour')).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 100,
    });
    expect(at('global', 'mode')).toMatchObject({
      enum: ['off', 'observe', 'approve', 'auto'],
      default: 'observe',
    });
    expect(schema['required']).toEqual(['version']);
  });

  test('describes every option', () => {
    const bare = leaves(schema, '').filter(([, each]) => typeof each['description'] !== 'string');
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test.each([
    ['the packaged file', readFileSync(new URL('../../paramedic.yaml', import.meta.url), 'utf8'), 'schema/'],
    ['the starter', readFileSync(new URL('../../cli/config/starter.yaml', import.meta.url), 'utf8'), './'],
  ])('%s names it for editors', (_, text, folder) => {
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${folder}paramedic.schema.json`);
  });
});

function objects(node: Json, path: string): [string, Json][] {
  const here: [string, Json][] = node['type'] === ('object' as unknown) ? [[path, node]] : [];
  const inside = [...Object.entries(node['properties'] ?? {}), ['[]', node['items']] as const];
  return [
    ...here,
    ...inside.flatMap(([name, each]) => (each === undefined ? [] : objects(each, `${path}.${name}`))),
  ];
}

/** Options that hold a value rather than more options. */
function leaves(node: Json, path: string): [string, Json][] {
  const item = node['items']?.['properties'] === undefined ? undefined : node['items'];
  if (item !== undefined) return leaves(item, `${path}[]`);
  const inside = Object.entries(node['properties'] ?? {});
  if (inside.length === 0) return node['additionalProperties'] instanceof Object ? [] : [[path, node]];
  return inside.flatMap(([name, each]) => leaves(each, `${path}.${name}`));
}
