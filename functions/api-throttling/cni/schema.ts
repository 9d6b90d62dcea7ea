import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { keywordHolds } from './schema-rules.ts';

/** `problems` are breaches of the schema; `unclear` is what of the schema we do not understand. */
export interface SchemaCheck {
  problems: string[];
  unclear: string[];
}

const MAX_DEPTH = 40;
/** Say nothing about what is valid. */
const ANNOTATIONS = new Set(
  '$schema $id $comment title description default examples deprecated definitions $defs readOnly'.split(' '),
);

/** The schema string of DescribeAddonConfiguration; undefined when it is no JSON object. */
export function parseSchema(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks a value against the subset of JSON Schema that EKS uses. A keyword outside it that stands where the
 * value would have to be checked makes the whole check unclear, so that nothing passes for lack of understanding.
 */
export function checkSchema(root: JsonObject, value: JsonValue): SchemaCheck {
  const check = new Check(root);
  check.visit(root, value, '', 0);
  return { problems: check.problems, unclear: [...new Set(check.unclear)] };
}

/**
 * Names that the schema allows under `env`; null when it allows any. None when the schema cannot be read: then
 * nothing can be validated either.
 */
export function settableEnv(schemaText: string): readonly string[] | null {
  const root = parseSchema(schemaText);
  const env = root === undefined ? undefined : property(resolve(root, root), 'env', root);
  if (env === undefined) return [];
  const properties = env['properties'] ?? {};
  if (!isObject(properties)) return [];
  return env['additionalProperties'] === false ? Object.keys(properties) : null;
}

class Check {
  readonly problems: string[] = [];
  readonly unclear: string[] = [];
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  visit(schema: JsonValue | undefined, value: JsonValue, path: string, depth: number): void {
    if (schema === true || schema === undefined) return;
    if (schema === false) this.problems.push(`${path || 'the configuration'} is not allowed`);
    else if (!isObject(schema) || depth > MAX_DEPTH) this.unclear.push(`the schema of ${path || 'the root'}`);
    else for (const keyword of Object.keys(schema)) this.#apply(keyword, { schema, value, path, depth });
  }

  #apply(keyword: string, at: At): void {
    const { schema, value, path, depth } = at;
    const given = schema[keyword];
    if (ANNOTATIONS.has(keyword)) return;
    if (keyword === '$ref') this.visit(target(this.#root, given), value, path, depth + 1);
    else if (keyword === 'properties' || keyword === 'additionalProperties') this.#members(keyword, at);
    else if (keyword === 'items' && isObject(given)) this.#items(given, at);
    else {
      const verdict = keywordHolds(keyword, given, value);
      if (verdict === undefined) this.unclear.push(`${keyword} of ${path || 'the root'}`);
      else if (!verdict) this.problems.push(`${path || 'the configuration'}: ${keyword} does not hold`);
    }
  }

  #members(keyword: string, { schema, value, path, depth }: At): void {
    const properties = schema['properties'] ?? {};
    if (!isObject(properties)) this.unclear.push(`properties of ${path || 'the root'}`);
    else if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        const isNamed = Object.hasOwn(properties, name);
        if (isNamed !== (keyword === 'properties')) continue;
        const rule = isNamed ? properties[name] : schema['additionalProperties'];
        this.visit(rule, member, path === '' ? name : `${path}.${name}`, depth + 1);
      }
    }
  }

  #items(rule: JsonValue | undefined, { value, path, depth }: At): void {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) this.visit(rule, item, `${path}[${index}]`, depth + 1);
  }
}

interface At {
  schema: JsonObject;
  value: JsonValue;
  path: string;
  depth: number;
}

/** Only references into the document itself, such as `#/definitions/Env`. Null is understood by nobody. */
function target(root: JsonObject, ref: JsonValue | undefined): JsonValue {
  const path = typeof ref === 'string' && ref.startsWith('#/') ? ref.slice(2).split('/') : undefined;
  if (path === undefined) return null;
  return path.reduce<JsonValue>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? (at[name] ?? null) : null),
    root,
  );
}

function resolve(root: JsonObject, schema: JsonObject, depth = 0): JsonObject {
  const next = schema['$ref'] === undefined || depth > MAX_DEPTH ? schema : target(root, schema['$ref']);
  return next === schema || !isObject(next) ? schema : resolve(root, next, depth + 1);
}

function property(schema: JsonObject, name: string, root: JsonObject): JsonObject | undefined {
  const properties = schema['properties'] ?? null;
  const found = isObject(properties) ? (properties[name] ?? null) : null;
  return isObject(found) ? resolve(root, found) : undefined;
}
