import type * as v from 'valibot';
import { didYouMean } from './nearest.ts';
import { sectionOf, unwrap } from './partial.ts';
import { formatPath, type PathPart, printableKey, secretIn } from './problem.ts';

/** A problem whose place is still to be found. */
export interface Complaint {
  parts: PathPart[];
  message: string;
}

const NOT_A_MAPPING = 'must be a mapping of options';

type AnySchema = v.ObjectEntries[string];

/** One issue of the schema in our words: valibot's own text quotes the value, which may be a secret. */
export function complaintOf(issue: v.BaseIssue<unknown>): Complaint | undefined {
  const parts = (issue.path ?? []).map(({ key }) => key as PathPart);
  const isKey = issue.path?.at(-1)?.origin === 'key';
  // valibot stops at the first unknown key, and takes a list for a mapping; `foreignShapes` finds them all.
  const isInList = issue.path?.some(({ type, input }) => type === 'object' && Array.isArray(input));
  if ((isKey && issue.expected === 'never') || isInList === true) return undefined;
  if (isKey && issue.type === 'strict_object') return { parts, message: 'is missing' };
  if (issue.input === null) return { parts, message: 'is empty: give it a value or remove it' };
  if (issue.type === 'strict_object') return { parts, message: NOT_A_MAPPING };
  return { parts, message: issue.message + suggestion(issue) };
}

function suggestion(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'picklist' || typeof issue.input !== 'string') return '';
  const { requirement } = issue;
  const words = Array.isArray(requirement) ? requirement.map(String) : expectedWords(issue.expected);
  return didYouMean(issue.input, words);
}

/** `("off" | "observe")` → off, observe. */
function expectedWords(expected: string | null): string[] {
  return [...(expected ?? '').matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? '');
}

/** Every key the closed schema does not know, and every list where it wants keys, at every level. */
export function foreignShapes(schema: AnySchema, value: unknown, path: PathPart[] = []): Complaint[] {
  const inner = unwrap(schema);
  if (Array.isArray(value) && 'item' in inner) {
    const item = inner.item as AnySchema;
    return value.flatMap((entry, index) => foreignShapes(item, entry, [...path, index]));
  }
  if (inner.type === 'record' && Array.isArray(value)) return [{ parts: path, message: NOT_A_MAPPING }];
  if (isRecord(value) && inner.type === 'record' && 'value' in inner) {
    const each = inner.value as AnySchema;
    return Object.entries(value).flatMap(([name, entry]) => foreignShapes(each, entry, [...path, name]));
  }
  const section = sectionOf(inner);
  // To valibot a list is an object whose keys nobody asked for.
  if (section !== undefined && Array.isArray(value)) return [{ parts: path, message: NOT_A_MAPPING }];
  if (section === undefined || !isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const known = Object.hasOwn(section.entries, name) ? section.entries[name] : undefined;
    const at = [...path, name];
    return known === undefined
      ? [{ parts: at, message: unknownKey(name, Object.keys(section.entries)) }]
      : foreignShapes(known, entry, at);
  });
}

function unknownKey(name: string, known: readonly string[]): string {
  if (secretIn(name) !== undefined) return 'unknown key';
  return `unknown key '${printableKey(name)}'${didYouMean(name, known)}`;
}

/** Cluster names that stand twice; the second one is the problem. */
export function repeatedClusters(value: unknown): Complaint[] {
  const clusters = isRecord(value) ? value['clusters'] : undefined;
  if (!Array.isArray(clusters)) return [];
  const names = clusters.map((cluster) => (isRecord(cluster) ? cluster['name'] : undefined));
  return names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [
          {
            parts: ['clusters', index, 'name'],
            message: `the same cluster is configured in ${formatPath(['clusters', names.indexOf(name)])}`,
          },
        ]
      : [],
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
