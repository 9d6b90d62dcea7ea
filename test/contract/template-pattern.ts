import { asList, asObject, type Tree } from './template-package.ts';

/**
 * EventBridge's matching rules for the operators we use, written from its user guide and sharing no code with
 * the product: exact values, prefix, suffix, exists, anything-but and $or. Throws on an operator it does not know, so
 * that a rule cannot pass by using one.
 */
export function matches(pattern: Tree, event: Tree | undefined): boolean {
  const fields = asObject(event);
  return Object.entries(asObject(pattern)).every(([name, expected]) => {
    if (name === '$or') return asList(expected).some((alternative) => matches(alternative, event));
    if (!Array.isArray(expected)) return matches(expected, fields[name]);
    const present = Object.hasOwn(fields, name);
    return expected.some((rule) => matchesField(rule, present, fields[name]));
  });
}

/** Every `source/detail-type` a pattern can let through. */
export function eventKinds(pattern: Tree): string[] {
  const { $or: alternatives = [], ...fields } = asObject(pattern);
  if (asList(alternatives).length > 0) {
    return asList(alternatives).flatMap((each) => eventKinds({ ...fields, ...asObject(each) }));
  }
  const types = asList(fields['detail-type']).map(String);
  return asList(fields['source']).flatMap((source) => types.map((type) => `${String(source)}/${type}`));
}

function matchesField(rule: Tree, present: boolean, value: Tree | undefined): boolean {
  const exists = asObject(rule)['exists'];
  if (typeof exists === 'boolean') return exists === (present && !isBranch(value));
  if (!present) return false;
  // A list in the event matches when one of its elements does.
  return (Array.isArray(value) ? value : [value]).some((entry) => matchesValue(rule, entry));
}

function isBranch(value: Tree | undefined): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function matchesValue(rule: Tree, value: Tree | undefined): boolean {
  if (rule === null || typeof rule !== 'object') return rule === value;
  const operators = Object.entries(asObject(rule));
  const [operator, operand] = operators[0] ?? ['none', null];
  if (operators.length !== 1) throw new Error('a matcher has exactly one operator');
  if (operator === 'prefix') return typeof value === 'string' && value.startsWith(String(operand));
  if (operator === 'suffix') return typeof value === 'string' && value.endsWith(String(operand));
  if (operator === 'anything-but') return !asList(operand).some((banned) => bans(banned, value));
  throw new Error(`operator not known to the contract test: ${operator}`);
}

function bans(banned: Tree, value: Tree | undefined): boolean {
  const prefix = asObject(banned)['prefix'];
  return typeof prefix === 'string'
    ? typeof value === 'string' && value.startsWith(prefix)
    : banned === value;
}
