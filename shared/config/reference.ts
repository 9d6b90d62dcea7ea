import * as v from 'valibot';
import { sectionOf, unwrap } from './partial.ts';
import { PRESETS } from './presets.ts';
import { INTRODUCTION } from './reference-text.ts';
import { clusterSchema, configSchema } from './schema.ts';
import type { Sections } from './section.ts';

type AnySchema = v.ObjectEntries[string];
type Row = readonly [option: string, type: string, allowed: string, fallback: string, meaning: string];

const HEADER: Row = ['option', 'type', 'allowed', 'default', 'meaning'];

/** `docs/configuration.md`, from the schema alone. Pure. */
export function configReference(sections: Sections): string {
  const { entries } = configSchema(sections);
  const chapter = (name: keyof typeof entries, about = '') =>
    `## ${name}\n\n${about === '' ? '' : `${about}\n\n`}${table(optionRows(entries[name], name))}`;
  const parts = [
    INTRODUCTION,
    chapter('version'),
    chapter('extends', 'What each preset says; everything else is the default.'),
    presetTable(),
    chapter('global'),
    chapter('approvers', 'A mapping: groups of people by a name of your choice.'),
    chapter('approvals'),
    chapter('slack', 'Secrets stand in Secrets Manager; here stand their ARNs.'),
    chapter(
      'routes',
      'A list; the first route that matches decides, and the last one must match everything.',
    ),
    chapter('consoleUrl'),
    ...Object.entries(sections).map(([name, section]) => troubleChapter(name, section)),
    clustersChapter(sections),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function presetTable(): string {
  const flat = Object.values(PRESETS).map((preset) => new Map(leavesOf(preset, '')));
  const paths = [...new Set(flat.flatMap((leaves) => [...leaves.keys()]))];
  const head = ['option', ...Object.keys(PRESETS)];
  const rows = paths.map((path) => [`\`${path}\``, ...flat.map((leaves) => leaves.get(path) ?? '')]);
  return lines([head, head.map(() => '---'), ...rows]);
}

function leavesOf(value: unknown, path: string): [string, string][] {
  if (value === null || typeof value !== 'object') return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, entry]) =>
    leavesOf(entry, path === '' ? name : `${path}.${name}`),
  );
}

function troubleChapter(name: string, section: AnySchema): string {
  const link = `What each does: [${name}](troubles/${name}.md).`;
  const shared: Row[] = [
    ['mode', 'word', 'off, observe, approve, auto', 'none', 'Caps this trouble.'],
    ['approvers', 'list', 'names under `approvers`', 'none', 'Groups that may answer for this trouble.'],
  ];
  return `## troubles.${name}\n\n${link}\n\n${table([...shared, ...optionRows(section, '')])}`;
}

function clustersChapter(sections: Sections): string {
  const { troubles: _, ...entries } = clusterSchema(sections).entries;
  const rows = optionRows(v.strictObject(entries), 'clusters[]');
  const overrides: Row = [
    'clusters[].troubles.<name>',
    'options',
    'as above',
    'none',
    'Any option of `troubles.<name>`, for this cluster only.',
  ];
  return `## clusters\n\nA list; an entry is needed only where a cluster differs.\n\n${table([...rows, overrides])}`;
}

/** One row for every option under a schema, however deep: in objects, in lists of objects and by name. */
function optionRows(schema: AnySchema, path: string): Row[] {
  const inner = unwrap(schema);
  const section = sectionOf(inner);
  if (section !== undefined)
    return Object.entries(section.entries).flatMap(([name, entry]) =>
      optionRows(entry, path === '' ? name : `${path}.${name}`),
    );
  const item = itemOf(inner);
  if (item !== undefined) return optionRows(item, `${path}[]`);
  const named = inner.type === 'record' && 'value' in inner ? sectionOf(inner.value as AnySchema) : undefined;
  if (named !== undefined) return optionRows(named, `${path}.<name>`);
  return [rowOf(schema, path)];
}

/** The object a list holds; undefined for lists of words. */
function itemOf(schema: AnySchema): AnySchema | undefined {
  return 'item' in schema ? sectionOf(schema.item as AnySchema) : undefined;
}

function rowOf(schema: AnySchema, path: string): Row {
  const described = unwrap(schema) as v.GenericSchema;
  const { type, allowed } = v.getMetadata(described);
  const fallback = schema.type === 'optional' ? formatDefault(v.getDefault(schema)) : 'required';
  return [path, String(type), String(allowed), fallback, v.getDescription(described) ?? ''];
}

function formatDefault(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  if (value !== null && typeof value === 'object') return '{}';
  return value === '' ? '""' : String(value);
}

function table(rows: readonly Row[]): string {
  const body = rows.map(([option, ...rest]) => [`\`${option}\``, ...rest]);
  return lines([HEADER, HEADER.map(() => '---'), ...body]);
}

function lines(rows: readonly (readonly string[])[]): string {
  return `${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
