import * as v from 'valibot';
import { sectionOf, unwrap } from './partial.ts';
import { formatDuration } from './units.ts';

type AnySchema = v.ObjectEntries[string];

/** One option with its value as the file would say it. */
export interface Leaf {
  /** Items of lists by their names where they have any, e.g. `clusters[prod-*].mode`. */
  path: string;
  /** The same with indices, as lines are known by: `clusters[0].mode`. */
  at: string;
  value: unknown;
  text: string;
  /** `duration`, `number`, `word` …, from the schema. */
  type: string;
}

/** Every option that has a value, in the order of the schema. Pure. */
export function leavesOf(schema: AnySchema, value: unknown, path: string): Leaf[] {
  return leavesAt(schema, value, { path, at: path });
}

type Spot = Pick<Leaf, 'path' | 'at'>;

function leavesAt(schema: AnySchema, value: unknown, spot: Spot): Leaf[] {
  if (value === undefined) return [];
  const inner = unwrap(schema);
  const section = sectionOf(inner);
  if (section !== undefined)
    return Object.entries(section.entries).flatMap(([name, entry]) =>
      leavesAt(entry, isRecord(value) ? value[name] : undefined, under(spot, name)),
    );
  const item = sectionIn(inner, 'item');
  if (item !== undefined && Array.isArray(value))
    return value.flatMap((each, index) =>
      leavesAt(item, each, { path: `${spot.path}[${keyOf(each, index)}]`, at: `${spot.at}[${index}]` }),
    );
  const named = sectionIn(inner, 'value');
  if (named !== undefined && isRecord(value))
    return Object.entries(value).flatMap(([name, each]) => leavesAt(named, each, under(spot, name)));
  return [leafOf(inner, value, spot)];
}

function under({ path, at }: Spot, name: string): Spot {
  return path === '' ? { path: name, at: name } : { path: `${path}.${name}`, at: `${at}.${name}` };
}

/** The closed object that a list (`item`) or a mapping (`value`) holds. */
function sectionIn(schema: AnySchema, field: 'item' | 'value'): AnySchema | undefined {
  const inner = (schema as unknown as Record<string, unknown>)[field];
  return inner === undefined ? undefined : sectionOf(inner as AnySchema);
}

/** Items that have names are known by those: an item that moved has not changed. */
function keyOf(item: unknown, index: number): string {
  const name = isRecord(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : String(index);
}

function leafOf(schema: AnySchema, value: unknown, spot: Spot): Leaf {
  const { type } = v.getMetadata(schema as v.GenericSchema);
  return { ...spot, value, text: formatValue(value, String(type)), type: String(type) };
}

function formatValue(value: unknown, type: string): string {
  if (type === 'duration' && typeof value === 'number') return formatDuration(value);
  // 0.1 + 0.2: shares are kept as numbers, and no more than two decimals of a percent were written.
  if (type === 'percentage' && typeof value === 'number') return `${Math.round(value * 10_000) / 100}%`;
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}: ${each}`)
      .join(', ')}}`;
  return value === '' ? '""' : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
