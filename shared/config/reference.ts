import * as v from 'valibot';
import { sectionOf, unwrap } from './partial.ts';
import { clusterSchema, configSchema } from './schema.ts';
import type { Sections } from './section.ts';
import { formatDuration } from './units.ts';

type AnySchema = v.ObjectEntries[string];
type Row = readonly [option: string, type: string, allowed: string, fallback: string, meaning: string];

const HEADER: Row = ['option', 'type', 'allowed', 'default', 'meaning'];

const INTRODUCTION = `# Configuration

Everything Paramedic may do stands in one file, [\`paramedic.yaml\`](../paramedic.yaml), packaged with the functions.
\`npm run paramedic -- validate\` checks it and names line and column of everything wrong.

- **Text rules.** YAML 1.2, at most 256 KiB. Unknown options, duplicate keys, anchors, aliases, merge keys, tags,
  octal-looking numbers and anything that looks like a secret are errors.
- **Units.** A duration is a whole number and one unit: \`15s\`, \`10m\`, \`1h\`, \`400d\`. An account id stands in quotes.
- **Merging.** An option of a cluster wins over the same option under \`troubles\`, which wins over the default. Lists
  are replaced as a whole.
- **Mode.** off < observe < approve < auto. The lowest of \`global.mode\`, \`troubles.<name>.mode\`, \`clusters[].mode\` and
  \`clusters[].troubles.<name>.mode\` holds: lowering one of them is enough to stop, and none can raise another.
- **Reload.** Functions look at the file again every 60 seconds. A file that is bad or cannot be read leaves the last
  good config in place, with an error in the log; without one Paramedic only observes.

| mode    | what it does                                                          |
| ------- | --------------------------------------------------------------------- |
| off     | nothing; events are recorded                                          |
| observe | decides and reports what it would have done; changes nothing          |
| approve | asks before each step, except gentle ones on a node AWS takes anyway  |
| auto    | runs what is configured                                               |
`;

/** `docs/configuration.md`, from the schema alone. Pure. */
export function configReference(sections: Sections): string {
  const { entries } = configSchema(sections);
  const defaults = v.parse(configSchema(sections), { version: 1 });
  const parts = [
    INTRODUCTION,
    `## version\n\n${table([requiredRow('version', entries.version)])}`,
    `## global\n\n${table(rowsOf(unwrap(entries.global), defaults.global, 'global'))}`,
    ...Object.entries(sections).map(([name, section]) => troubleChapter(name, section, defaults)),
    clustersChapter(sections),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function troubleChapter(
  name: string,
  section: AnySchema,
  defaults: { troubles: Record<string, unknown> },
): string {
  const link = `What each does: [${name}](troubles/${name}.md).`;
  const mode = ['mode', 'word', 'off, observe, approve, auto', 'none', 'Caps this trouble.'] as const;
  return `## troubles.${name}\n\n${link}\n\n${table([mode, ...rowsOf(section, defaults.troubles[name], '')])}`;
}

function clustersChapter(sections: Sections): string {
  const { troubles: _, ...entries } = clusterSchema(sections).entries;
  const rows = rowsOf(v.strictObject(entries), {}, 'clusters[]');
  const overrides: Row = [
    'clusters[].troubles.<name>',
    'options',
    'as above',
    'none',
    'Any option of `troubles.<name>`, for this cluster only.',
  ];
  return `## clusters\n\nA list; an entry is needed only where a cluster differs.\n\n${table([...rows, overrides])}`;
}

function rowsOf(schema: AnySchema, defaults: unknown, path: string): Row[] {
  const section = sectionOf(schema);
  if (section === undefined) return [rowOf(path, schema, defaults)];
  return Object.entries(section.entries).flatMap(([name, entry]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const value = isRecord(defaults) ? defaults[name] : undefined;
    return entry.type === 'optional' || sectionOf(entry) !== undefined
      ? rowsOf(unwrap(entry), value, at)
      : [requiredRow(at, entry)];
  });
}

function rowOf(path: string, schema: AnySchema, value: unknown): Row {
  const piped = schema as v.GenericSchema;
  const { type, allowed } = v.getMetadata(piped);
  return [path, String(type), String(allowed), formatDefault(value, type), v.getDescription(piped) ?? ''];
}

function requiredRow(path: string, schema: AnySchema): Row {
  const [, type, allowed, , meaning] = rowOf(path, schema, undefined);
  return [path, type, allowed, 'required', meaning];
}

function formatDefault(value: unknown, type: unknown): string {
  if (value === undefined) return 'none';
  if (type === 'duration' && typeof value === 'number') return formatDuration(value);
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

function table(rows: readonly Row[]): string {
  const head = [`| ${HEADER.join(' | ')} |`, `|${' --- |'.repeat(HEADER.length)}`];
  return `${[...head, ...rows.map(line)].join('\n')}\n`;
}

function line([option, type, allowed, fallback, meaning]: Row): string {
  return `| \`${option}\` | ${type} | ${allowed} | ${fallback} | ${meaning} |`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
