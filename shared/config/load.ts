import * as v from 'valibot';
import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { sha256Hex } from '../incident/step-key.ts';
import { type Complaint, complaintOf, foreignShapes, repeatedClusters } from './check.ts';
import { crossChecks } from './cross-check.ts';
import { type PresetName, withPresets } from './presets.ts';
import { formatPath, type PathPart, type Problem, secretIn } from './problem.ts';
import { type ConfigValues, configSchema } from './schema.ts';
import type { Sections } from './section.ts';
import { findTextHazard } from './text-guard.ts';
import { type Place, readTree, type Tree } from './tree.ts';

/** A validated config: every default filled in, durations in ms, frozen at every level. */
export interface Config extends ConfigValues {
  fileName: string;
  /** Line of every path that stands in the file, from 1. */
  lines: Readonly<Record<string, number>>;
  /** The preset that every value has which is in the file only by its name, by path. */
  presets: Readonly<Record<string, PresetName>>;
}

export type LoadResult = { ok: true; config: Config; hash: string } | { ok: false; problems: Problem[] };

const MAX_PROBLEMS = 50;

/** Total: any text gives a config or the list of everything wrong with it, in the order of the file. */
export function loadConfig(text: string, fileName: string, sections: Sections): LoadResult {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const hazard = findTextHazard(source);
  if (hazard !== undefined) return { ok: false, problems: [hazard] };
  const parsed = parseText(source);
  if (!parsed.ok) return refuse([...parsed.problems, ...secretsOf(source, undefined)]);
  return validate(parsed.tree, { source, fileName, sections });
}

type ParsedText = { ok: true; tree: Tree } | { ok: false; problems: Problem[] };

function parseText(source: string): ParsedText {
  const counter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(source, {
      version: '1.2',
      schema: 'core',
      merge: false,
      strict: true,
      // The reader of the tree finds duplicates, in linear time and with the first one's line.
      uniqueKeys: false,
      prettyErrors: false,
      // At `silent` a second document would be dropped without a word.
      logLevel: 'error',
      lineCounter: counter,
    });
    const errors = [...document.errors, ...document.warnings].map((error) => syntaxProblem(error, placeAt));
    if (document.directives?.yaml.explicit === true) errors.push(problemAt(1, 'directives are not allowed'));
    return errors.length > 0
      ? { ok: false, problems: errors }
      : { ok: true, tree: readTree(document.contents, placeAt) };
  } catch (error) {
    const why = error instanceof RangeError ? 'is nested too deeply' : 'is not YAML that can be read';
    return { ok: false, problems: [problemAt(1, why)] };
  }
}

function syntaxProblem(error: YAMLError, placeAt: (offset: number) => Place): Problem {
  // The parser quotes what it did not expect, after a colon, and directives.
  const unquoted = error.message.replace(/(?<=\S): .*|%\w.*/su, '').trimEnd();
  const said = secretIn(unquoted) === undefined ? unquoted : 'not valid YAML';
  const message = said.replace(/\p{C}/gu, '?').slice(0, 200);
  return { ...placeAt(error.pos[0]), path: '', message };
}

function problemAt(line: number, message: string): Problem {
  return { line, column: 1, path: '', message };
}

function validate(tree: Tree, about: { source: string; fileName: string; sections: Sections }): LoadResult {
  const schema = configSchema(about.sections);
  const layered = withPresets(tree.value);
  const result = v.safeParse(schema, layered.value);
  const complaints = [
    ...(result.issues ?? []).map(complaintOf).filter((complaint) => complaint !== undefined),
    ...foreignShapes(schema, tree.value),
    ...repeatedClusters(tree.value),
  ];
  const known = [...tree.problems, ...secretsOf(about.source, tree)];
  const explained = new Set(known.map(({ path }) => path));
  const located = complaints
    .map((complaint) => locate(complaint, tree))
    .filter(({ path }) => !explained.has(path));
  if (known.length > 0 || located.length > 0 || !result.success) return refuse([...known, ...located]);
  const lines = Object.fromEntries([...tree.places].map(([path, { line }]) => [path, line]));
  const config = { ...result.output, fileName: about.fileName, lines, presets: layered.origins };
  const crossed = crossChecks(config).map((complaint) => locate(complaint, tree));
  if (crossed.length > 0) return refuse(crossed);
  return { ok: true, config: freezeAll(config), hash: sha256Hex(about.source).slice(0, 12) };
}

/** The place of the path itself, or of the nearest level above that stands in the file. */
function locate({ parts, message }: Complaint, tree: Tree): Problem {
  let above: PathPart[] = parts;
  while (above.length > 0 && !tree.places.has(formatPath(above))) above = above.slice(0, -1);
  const place = tree.places.get(formatPath(above)) ?? { line: 1, column: 1 };
  return { ...place, path: formatPath(parts), message };
}

/** Comments count: a token in a comment is in the repository all the same. */
function secretsOf(source: string, tree: Tree | undefined): Problem[] {
  const pathOf = new Map([...(tree?.places ?? [])].map(([path, { line }]) => [line, path]));
  return source.split('\n').flatMap((text, index) => {
    const secret = secretIn(text);
    if (secret === undefined) return [];
    const message = `looks like ${secret.what}: secrets do not belong in this file`;
    return [{ line: index + 1, column: secret.index + 1, path: pathOf.get(index + 1) ?? '', message }];
  });
}

function refuse(problems: Problem[]): LoadResult {
  const ordered = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  return { ok: false, problems: ordered.slice(0, MAX_PROBLEMS) };
}

function freezeAll<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freezeAll);
  }
  return value;
}
