import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import { parse } from 'yaml';

export type Names = Readonly<Record<string, string>>;
type Tree = { readonly [name: string]: unknown };

/** What EKS gave the DaemonSet, and what it is to have. */
export interface EnvChange {
  applied: Names;
  wanted: Names;
  /** PRESERVE: what somebody else has changed live stays. */
  preserves: boolean;
}

/** JSON or YAML, as in `configurationValues`; undefined when it is no mapping. */
export function parseValues(text: string): Tree | undefined {
  try {
    const value: unknown = text.trim() === '' ? {} : parse(text);
    return isTree(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The variables that a configuration declares. */
export function declaredEnv(text: string): Record<string, string> {
  const env = parseValues(text)?.['env'];
  if (!isTree(env)) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

/** Where a value has a name that its schema does not have, or text and mappings are confused: such as `env.NOBODY`. */
export function notInSchema(schemaText: string, value: unknown): string | undefined {
  const schema: unknown = JSON.parse(schemaText);
  return isTree(schema) ? stray(schema, schema, value, []) : undefined;
}

/** Names that change, in the order in which they are applied. */
export function changedNames(live: readonly EnvVar[], { applied, wanted, preserves }: EnvChange): string[] {
  const now = new Map(live.map(({ name, value }) => [name, value]));
  return [...new Set([...Object.keys(wanted), ...Object.keys(applied)])].filter((name) => {
    const isTheirs = now.get(name) !== applied[name];
    return now.get(name) !== wanted[name] && !(preserves && isTheirs);
  });
}

/** The environment with these names as wanted: others' values and the order stay. */
export function applyNames(live: readonly EnvVar[], wanted: Names, names: readonly string[]): EnvVar[] {
  const kept = live.flatMap((each) => {
    if (!names.includes(each.name)) return [each];
    const value = wanted[each.name];
    return value === undefined ? [] : [{ ...each, value }];
  });
  const added = names.filter((name) => !live.some((each) => each.name === name));
  return [...kept, ...added.map((name) => ({ name, value: wanted[name] ?? '' }))];
}

function stray(root: Tree, schema: Tree, value: unknown, path: readonly string[]): string | undefined {
  const rule = resolved(root, schema);
  const at = path.join('.') || 'the configuration';
  if (rule['type'] === 'string') return typeof value === 'string' ? undefined : at;
  if (rule['type'] === 'object' && !isTree(value)) return at;
  if (!isTree(value)) return undefined;
  const properties = isTree(rule['properties']) ? rule['properties'] : {};
  const isClosed = rule['additionalProperties'] === false;
  const strays = Object.entries(value).map(([name, member]) => {
    const part = properties[name];
    if (isTree(part)) return stray(root, part, member, [...path, name]);
    return isClosed ? [...path, name].join('.') : undefined;
  });
  return strays.find((found) => found !== undefined);
}

/** References into the document itself, such as `#/definitions/Env`. */
function resolved(root: Tree, schema: Tree): Tree {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const found = ref
    .split('/')
    .slice(1)
    .reduce<unknown>((tree, name) => (isTree(tree) ? tree[name] : undefined), root);
  return isTree(found) ? found : {};
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
