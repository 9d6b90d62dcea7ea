import { parseDocument } from 'yaml';
import type { AddonConfiguration } from './addon.ts';
import { isObject, type JsonValue } from './json.ts';

export type ReadConfiguration = { ok: true; configuration: AddonConfiguration } | { ok: false; why: string };

const MAX_LENGTH = 200_000;

/**
 * Reads `configurationValues` of DescribeAddon: JSON or YAML, or nothing. Total. Refuses what could mean something
 * else to EKS than to us, because what is sent back replaces all of it: aliases, repeated keys, several documents,
 * words such as `yes` that YAML 1.1 and 1.2 read differently, numbers that JSON cannot carry exactly.
 *
 * Apart from the rest of this folder, so that a playbook does not load a YAML parser.
 */
export function readConfiguration(text: string): ReadConfiguration {
  if (text.length > MAX_LENGTH) return refused(`longer than ${MAX_LENGTH} characters`);
  const [older, newer] = [parsed(text, '1.1'), parsed(text, '1.2')];
  if (!older.ok) return older;
  if (!newer.ok) return newer;
  if (JSON.stringify(older.value) !== JSON.stringify(newer.value)) {
    return refused('a value means different things in YAML 1.1 and 1.2: quote it');
  }
  const values = newer.value ?? {};
  if (!isObject(values)) return refused('it is not a mapping');
  const format = isJson(text) || text === '' ? 'json' : 'yaml';
  return { ok: true, configuration: { text, format, values } };
}

type Parsed = { ok: true; value: JsonValue } | { ok: false; why: string };

function parsed(text: string, version: '1.1' | '1.2'): Parsed {
  try {
    const document = parseDocument(text, {
      version,
      merge: false,
      strict: true,
      uniqueKeys: true,
      logLevel: 'error',
    });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) return refused(`YAML ${version}: ${fault.code}`);
    // No alias at all: two names for one value would be pulled apart by what is written back.
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return isPlain(value) ? { ok: true, value } : refused('a value has no exact form in JSON');
  } catch {
    return refused('aliases or nesting that cannot be read');
  }
}

function isPlain(value: unknown): value is JsonValue {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const isRecord = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  return isRecord && Object.values(value).every(isPlain);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refused(why: string): { ok: false; why: string } {
  return { ok: false, why: `configurationValues: ${why}` };
}
