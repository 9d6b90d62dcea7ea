import { printable, redact } from './redact.ts';

/** Longest line in bytes of UTF-8, its line break included. */
export const MAX_LINE_BYTES = 8 * 1024;

const MAX_FIELDS = 40;
const MAX_KEY_LENGTH = 64;
const MAX_BASE_LENGTH = 256;
/** Tried in turn until the line fits: characters kept of the message and of each field. */
const TEXT_LENGTHS = [2_048, 1_024, 512, 256, 128, 64, 16];

export type LineValue = string | number | boolean;
export type Line = Record<string, LineValue>;

/**
 * The attributes of one line: no control characters, nothing that looks like a token, keys of `A-Za-z0-9_.-`,
 * at most MAX_LINE_BYTES as JSON. `base` wins over a field of the same name; what is no plain value is left out.
 */
export function boundedLine(
  base: Record<string, unknown>,
  message: string,
  fields: Record<string, unknown>,
): Line {
  const head = Object.fromEntries(
    plainEntries(base).map(([key, value]) => [key, cut(value, MAX_BASE_LENGTH)]),
  );
  const entries = plainEntries(fields);
  const text = clean(message);
  const line = (length: number): Line => ({
    ...Object.fromEntries(entries.slice(0, MAX_FIELDS).map(([key, value]) => [key, cut(value, length)])),
    ...(entries.length > MAX_FIELDS ? { fields_left_out: entries.length - MAX_FIELDS } : {}),
    ...head,
    message: cut(text, length),
  });
  for (const length of TEXT_LENGTHS) {
    const bounded = line(length);
    if (bytesOf(bounded) < MAX_LINE_BYTES) return bounded;
  }
  return { message: cut(text, 16), fields_left_out: entries.length };
}

/** `field_level` instead of `level`: the logger keeps these names to itself, with a warning. */
export function fieldKey(key: string): string {
  return RESERVED.has(key) ? `field_${key}` : key;
}

const RESERVED = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);

function plainEntries(values: Record<string, unknown>): [string, LineValue][] {
  return Object.entries(values).flatMap(([key, value]): [string, LineValue][] =>
    isPlain(value) ? [[cleanKey(key), typeof value === 'string' ? clean(value) : value]] : [],
  );
}

function isPlain(value: unknown): value is LineValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function clean(text: string): string {
  return redact(printable(text));
}

function cleanKey(key: string): string {
  const name = clean(key)
    .replace(/[^\w.-]/g, '_')
    .slice(0, MAX_KEY_LENGTH);
  // Keeps `__proto__` and the empty key from meaning something.
  return /^(__|$)/.test(name) ? `field${name}` : name;
}

function cut<T extends LineValue>(value: T, length: number): T | string {
  if (typeof value !== 'string' || value.length <= length) return value;
  const kept = value.slice(0, length).toWellFormed();
  return `${kept}…[${value.length - length} more]`;
}

function bytesOf(line: Line): number {
  return Buffer.byteLength(JSON.stringify(line)) + 1;
}
