import { asList, asObject, type Tree } from './template-package.ts';

type Fields = { [name: string]: Tree };

/**
 * EventBridge's matching rules for the operators we use, written from its user guide and sharing no code with the
 * product: exact values, prefix, suffix, wildcard, exists, anything-but, $or and lists of objects. Throws on what it
 * does not know, so that a rule cannot pass by using it.
 */
export function matches(pattern: Tree, event: Tree | undefined): boolean {
  return alternativesOf(asObject(pattern)).some((each) => matchesFields(each, event));
}

/** Every `source/detail-type` a pattern can let through. */
export function eventKinds(pattern: Tree): string[] {
  const kinds = alternativesOf(asObject(pattern)).flatMap((each) => {
    const types = asList(each['detail-type']).map(String);
    return asList(each['source']).flatMap((source) => types.map((type) => `${String(source)}/${type}`));
  });
  return [...new Set(kinds)];
}

/** The patterns without `$or` that together say the same: EventBridge takes a rule apart like this too. */
function alternativesOf({ $or: choices, ...fields }: Fields): Fields[] {
  const inner = Object.entries(fields).reduce<Fields[]>(
    (found, [name, expected]) => {
      const written = Array.isArray(expected) ? [expected] : alternativesOf(asObject(expected));
      return found.flatMap((one) => written.map((each) => ({ ...one, [name]: each })));
    },
    [{}],
  );
  if (choices === undefined) return inner;
  const outer = asList(choices).flatMap((choice) => alternativesOf(asObject(choice)));
  return inner.flatMap((one) => outer.map((other) => merged(one, other)));
}

function merged(one: Fields, other: Fields): Fields {
  const both = Object.entries(other).map(([name, expected]) => {
    const known = one[name];
    if (known === undefined) return [name, expected];
    if (Array.isArray(known) || Array.isArray(expected))
      throw new Error(`not known to the contract test: ${name} within a $or and beside it`);
    return [name, merged(asObject(known), asObject(expected))];
  });
  return { ...one, ...Object.fromEntries(both) };
}

/** Of a list of objects one must have all that is asked for. What else stands where an object should has no fields. */
function matchesFields(pattern: Fields, value: Tree | undefined): boolean {
  const objects = standingIn(value).filter(isBranch).map(asObject);
  if (objects.length > 1 && asksForAbsence(pattern))
    throw new Error('not known to the contract test: exists: false within a list of objects');
  return (objects.length > 0 ? objects : [{}]).some((fields) =>
    Object.entries(pattern).every(([name, expected]) => {
      const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return Array.isArray(expected)
        ? expected.some((rule) => matchesField(rule, leavesOf(found)))
        : matchesFields(asObject(expected), found);
    }),
  );
}

/** The plain values that stand in one place: of a list all of them, of an object none. */
function leavesOf(value: Tree | undefined): Tree[] {
  return standingIn(value).filter((each) => !isBranch(each));
}

/** A value by itself; of a list, and of lists in it, each one. */
function standingIn(value: Tree | undefined): Tree[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(standingIn) : [value];
}

function isBranch(value: Tree): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function asksForAbsence(pattern: Tree): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => asObject(rule)['exists'] === false);
  return Object.values(asObject(pattern)).some(asksForAbsence);
}

function matchesField(rule: Tree, leaves: readonly Tree[]): boolean {
  const exists = asObject(rule)['exists'];
  if (typeof exists === 'boolean') return exists === leaves.length > 0;
  return leaves.some((value) => matchesValue(rule, value));
}

function matchesValue(rule: Tree, value: Tree): boolean {
  if (rule === null || typeof rule !== 'object') return rule === value;
  const operators = Object.entries(asObject(rule));
  const [operator, operand] = operators[0] ?? ['none', null];
  if (operators.length !== 1) throw new Error('a matcher has exactly one operator');
  if (operator === 'prefix') return typeof value === 'string' && value.startsWith(String(operand));
  if (operator === 'suffix') return typeof value === 'string' && value.endsWith(String(operand));
  if (operator === 'wildcard') return typeof value === 'string' && isLike(String(operand), value);
  if (operator === 'anything-but') return !asList(operand).some((banned) => bans(banned, value));
  throw new Error(`operator not known to the contract test: ${operator}`);
}

/** `*` is any text, also none. */
function isLike(wildcard: string, value: string): boolean {
  const parts = wildcard.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value);
}

function bans(banned: Tree, value: Tree): boolean {
  const prefix = asObject(banned)['prefix'];
  return typeof prefix === 'string'
    ? typeof value === 'string' && value.startsWith(prefix)
    : banned === value;
}
