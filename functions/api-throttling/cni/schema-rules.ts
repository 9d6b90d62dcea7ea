import { isObject, type JsonValue } from './json.ts';

/** True or false: whether it holds. Undefined: what the schema gives is not understood. */
type Rule = (given: JsonValue | undefined, value: JsonValue) => boolean | undefined;

/** EKS writes every variable as a string and says in `format` what stands in it. */
const FORMATS: Readonly<Record<string, RegExp>> = { integer: /^-?\d+$/, boolean: /^(true|false)$/i };

/** A rule for another type of value holds, as JSON Schema has it. */
const RULES: Readonly<Record<string, Rule>> = {
  type: typeHolds,
  enum: (given, value) => (isScalars(given) ? given.includes(value) : undefined),
  const: (given, value) => (isObject(given) || Array.isArray(given) ? undefined : given === value),
  pattern: (given, value) => matches(patternOf(given), value),
  format: (given, value) => matches(formatOf(given), value),
  required: (given, value) => {
    if (!Array.isArray(given)) return undefined;
    return !isObject(value) || given.every((name) => Object.hasOwn(value, String(name)));
  },
  minLength: (given, value) => atLeast(given, typeof value === 'string' ? [...value].length : undefined),
  maxLength: (given, value) => atMost(given, typeof value === 'string' ? [...value].length : undefined),
  minimum: (given, value) => atLeast(given, typeof value === 'number' ? value : undefined),
  maximum: (given, value) => atMost(given, typeof value === 'number' ? value : undefined),
  minItems: (given, value) => atLeast(given, Array.isArray(value) ? value.length : undefined),
  maxItems: (given, value) => atMost(given, Array.isArray(value) ? value.length : undefined),
  minProperties: (given, value) => atLeast(given, isObject(value) ? Object.keys(value).length : undefined),
};

/** Undefined for a keyword that is not of the subset, or one whose value is not understood. */
export function keywordHolds(
  keyword: string,
  given: JsonValue | undefined,
  value: JsonValue,
): boolean | undefined {
  return Object.hasOwn(RULES, keyword) ? RULES[keyword]?.(given, value) : undefined;
}

function typeHolds(given: JsonValue | undefined, value: JsonValue): boolean | undefined {
  const types = Array.isArray(given) ? given : [given];
  if (!types.every((type) => typeof type === 'string')) return undefined;
  return types.includes(typeOf(value)) || (types.includes('number') && typeof value === 'number');
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Lists and mappings would have to be compared member by member; EKS has none in its enums. */
function isScalars(given: JsonValue | undefined): given is JsonValue[] {
  return Array.isArray(given) && given.every((each) => typeof each !== 'object' || each === null);
}

function patternOf(given: JsonValue | undefined): RegExp | undefined {
  if (typeof given !== 'string') return undefined;
  try {
    return new RegExp(given, 'u');
  } catch {
    return undefined;
  }
}

function formatOf(given: JsonValue | undefined): RegExp | undefined {
  return typeof given === 'string' && Object.hasOwn(FORMATS, given) ? FORMATS[given] : undefined;
}

function matches(pattern: RegExp | undefined, value: JsonValue): boolean | undefined {
  if (pattern === undefined) return undefined;
  return typeof value !== 'string' || pattern.test(value);
}

function atLeast(limit: JsonValue | undefined, size: number | undefined): boolean | undefined {
  if (typeof limit !== 'number') return undefined;
  return size === undefined || size >= limit;
}

function atMost(limit: JsonValue | undefined, size: number | undefined): boolean | undefined {
  if (typeof limit !== 'number') return undefined;
  return size === undefined || size <= limit;
}
