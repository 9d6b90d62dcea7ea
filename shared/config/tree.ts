import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
} from 'yaml';
import { formatPath, type PathPart, type Problem, printableKey } from './problem.ts';

export interface Place {
  line: number;
  column: number;
}

/** A YAML document as plain data on null prototypes, with the place of every path in it. */
export interface Tree {
  value: unknown;
  places: ReadonlyMap<string, Place>;
  problems: Problem[];
}

interface Reading {
  places: Map<string, Place>;
  problems: Problem[];
  placeAt: (offset: number) => Place;
}

type YamlNode = Document.Parsed['contents'] | ParsedNode;

const MAX_DEPTH = 16;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', '<<']);

/** Total. Collects every construct that is YAML but not config: aliases, tags, odd keys, octal numbers. */
export function readTree(contents: Document.Parsed['contents'], placeAt: Reading['placeAt']): Tree {
  const reading: Reading = { places: new Map(), problems: [], placeAt };
  reading.places.set('', { line: 1, column: 1 });
  const value = readNode(contents, [], reading);
  return { value, places: reading.places, problems: reading.problems };
}

function readNode(node: YamlNode | null, path: readonly PathPart[], reading: Reading): unknown {
  if (node === null) return null;
  const place = reading.placeAt(node.range[0]);
  if (path.length > MAX_DEPTH) return complain(reading, path, place, 'is nested too deeply');
  if (isAlias(node) || node.anchor !== undefined)
    return complain(reading, path, place, 'anchors and aliases are not allowed');
  if (node.tag !== undefined) return complain(reading, path, place, 'tags are not allowed');
  if (isMap(node)) return readMap(node.items as Pair<ParsedNode, ParsedNode | null>[], path, reading);
  if (isSeq(node))
    return node.items.map((item, index) => readItem(item as ParsedNode, [...path, index], reading));
  return readScalar(node, path, reading);
}

function readItem(item: ParsedNode, path: readonly PathPart[], reading: Reading): unknown {
  reading.places.set(formatPath(path), reading.placeAt(item.range[0]));
  return readNode(item, path, reading);
}

function readMap(
  pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
  path: readonly PathPart[],
  reading: Reading,
): Record<string, unknown> {
  const map: Record<string, unknown> = Object.create(null);
  for (const { key, value } of pairs) {
    const name = readKey(key, map, path, reading);
    if (name !== undefined) map[name] = readNode(value, [...path, name], reading);
  }
  return map;
}

function readKey(
  key: ParsedNode,
  map: Record<string, unknown>,
  path: readonly PathPart[],
  reading: Reading,
): string | undefined {
  const place = reading.placeAt(key.range[0]);
  const name = isScalar(key) && key.anchor === undefined && key.tag === undefined ? key.value : undefined;
  if (typeof name !== 'string') return complain(reading, path, place, 'keys must be plain text');
  const at = [...path, name];
  if (FORBIDDEN_KEYS.has(name)) return complain(reading, at, place, `the key ${name} is not allowed`);
  const first = name in map ? reading.places.get(formatPath(at)) : undefined;
  if (first !== undefined)
    return complain(reading, at, place, `'${printableKey(name)}' stands on line ${first.line} already`);
  reading.places.set(formatPath(at), place);
  return name;
}

function readScalar(node: Scalar.Parsed, path: readonly PathPart[], reading: Reading): unknown {
  const { value, source } = node;
  if (typeof value !== 'number') return value;
  const place = reading.placeAt(node.range[0]);
  if (/^[-+]?0[0-9xo]/.test(source))
    return complain(
      reading,
      path,
      place,
      'looks like an octal number: put it in quotes or drop the leading 0',
    );
  if (!Number.isFinite(value)) return complain(reading, path, place, 'must be a finite number');
  return value;
}

function complain(reading: Reading, path: readonly PathPart[], place: Place, message: string): undefined {
  reading.problems.push({ ...place, path: formatPath(path), message });
  return undefined;
}
