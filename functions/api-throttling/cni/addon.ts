import type { Env } from './advice.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { checkSchema, parseSchema } from './schema.ts';

/** The configuration of a managed add-on as it is. */
export interface AddonConfiguration {
  /** Byte for byte as DescribeAddon gave it; empty when there is none. */
  text: string;
  format: 'json' | 'yaml';
  values: JsonObject;
}

export interface AddonUpdate {
  /** For `UpdateAddon`: replaces all of the former configuration, so it holds all of it. */
  configurationValues: string;
  /** Undoes it: the former text, byte for byte. `{}` clears, where there was none. */
  rollback: string;
  /** One line a value, for people. */
  diff: string[];
}

export type AddonChange = { ok: true; update: AddonUpdate } | { ok: false; why: string };

const MAX_PROBLEMS = 5;

/**
 * Gives `env` of the add-on the values that are named, and keeps every other key. Refused when the schema of the
 * installed version (the string of DescribeAddonConfiguration) does not allow it or is not understood.
 */
export function addonChange(configuration: AddonConfiguration, schemaText: string, env: Env): AddonChange {
  const former = configuration.values['env'];
  if (former !== undefined && !isObject(former)) return refused('env of the add-on is no mapping');
  const names = Object.keys(env).filter((name) => former?.[name] !== env[name]);
  if (names.length === 0) return refused('every value is there already');
  const values = { ...configuration.values, env: { ...former, ...env } };
  const objection = whyAgainstSchema(schemaText, values);
  if (objection !== undefined) return refused(objection);
  return {
    ok: true,
    update: {
      configurationValues: JSON.stringify(values),
      rollback: rollbackOf(configuration),
      diff: [
        ...names.map((name) => `env.${name}: ${shown(former?.[name])} → ${shown(env[name])}`),
        `${countOf(configuration.values) - names.filter((name) => former?.[name] !== undefined).length} other values stay as they are`,
        ...(configuration.format === 'yaml'
          ? ['written as JSON: comments come back only with a rollback']
          : []),
      ],
    },
  };
}

/** What brings the configuration back that was read. */
export function rollbackOf({ text }: AddonConfiguration): string {
  return text === '' ? '{}' : text;
}

function whyAgainstSchema(schemaText: string, values: JsonObject): string | undefined {
  const schema = parseSchema(schemaText);
  if (schema === undefined) return "the add-on's schema is no JSON object";
  const { problems, unclear } = checkSchema(schema, values);
  if (unclear.length > 0) return `not understood in the add-on's schema: ${listed(unclear)}`;
  return problems.length > 0 ? `against the add-on's schema: ${listed(problems)}` : undefined;
}

function listed(all: readonly string[]): string {
  const more = all.length > MAX_PROBLEMS ? `, and ${all.length - MAX_PROBLEMS} more` : '';
  return `${all.slice(0, MAX_PROBLEMS).join(', ')}${more}`;
}

/** Values that are no containers. */
function countOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countOf(each), 0);
}

const MAX_SHOWN = 120;

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return '(not set)';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function refused(why: string): AddonChange {
  return { ok: false, why };
}
