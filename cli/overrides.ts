import { UsageError } from './verb.ts';

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A copy of `value` with `path=value` assignments applied in order. Paths are dotted, numbers index lists. What
 * replaces a text, or is new, is text; anything else must be JSON.
 */
export function overrides(value: unknown, assignments: readonly string[]): unknown {
  const copy = structuredClone(value);
  for (const assignment of assignments) assign(copy, assignment);
  return copy;
}

function assign(root: unknown, assignment: string): void {
  const at = assignment.indexOf('=');
  const path = at < 1 ? [] : assignment.slice(0, at).split('.');
  const last = path.at(-1);
  if (last === undefined || path.some((part) => part === '' || FORBIDDEN.has(part)))
    throw new UsageError(`--set '${assignment}': must be <path>=<value>`);
  let holder = holderOf(root, assignment);
  for (const part of path.slice(0, -1)) holder = holderOf(holder[part], assignment);
  if (Array.isArray(holder) && !isIndex(last, holder.length))
    throw new UsageError(`--set '${assignment}': '${last}' is not an index of that list`);
  holder[last] = valueFor(holder[last], assignment.slice(at + 1), assignment);
}

function holderOf(value: unknown, assignment: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object')
    throw new UsageError(`--set '${assignment}': the path leads through something that has no fields`);
  return value as Record<string, unknown>;
}

/** One past the end appends. */
function isIndex(text: string, length: number): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) <= length;
}

function valueFor(before: unknown, text: string, assignment: string): unknown {
  if (before === undefined || typeof before === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--set '${assignment}': the value must be JSON here`);
  }
}
