import * as v from 'valibot';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../clock.ts';
import { MODES } from './policy.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const DURATION = /^(\d{1,6})([smhd])$/;
const PERCENT = /^(\d{1,3}(?:\.\d{1,2})?)%$/;

/** `15s`, `10m`, `1h`, `400d` → ms. Undefined for anything else: no signs, fractions, spaces or mixed units. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = DURATION.exec(text) ?? [];
  const unitMs = unit === undefined ? undefined : UNIT_MS[unit];
  return unitMs === undefined ? undefined : Number(digits) * unitMs;
}

/** The shortest form `parseDuration` reads, in the largest unit that divides `ms`; `ms` is whole seconds. */
export function formatDuration(ms: number): string {
  const fitting = Object.entries(UNIT_MS).findLast(([, unitMs]) => ms > 0 && ms % unitMs === 0);
  const [unit, unitMs] = fitting ?? ['s', SECOND_MS];
  return `${ms / unitMs}${unit}`;
}

/** A length of time written as text, in ms once read, within [min, max]. */
export function duration(bounds: { min: string; max: string }, description: string) {
  const min = requiredDuration(bounds.min);
  const max = requiredDuration(bounds.max);
  const range = `must be between ${bounds.min} and ${bounds.max}`;
  return v.pipe(
    v.string('must be a duration in quotes or plain text, such as 15s, 10m, 1h or 400d'),
    v.check(
      (text) => parseDuration(text) !== undefined,
      'must be a whole number and one unit: 15s, 10m, 1h or 400d',
    ),
    // A failed check ends the pipe before this.
    v.transform((text) => parseDuration(text) ?? Number.NaN),
    v.check((ms) => ms >= min && ms <= max, range),
    v.description(description),
    v.metadata({ type: 'duration', allowed: `${bounds.min} to ${bounds.max}` }),
  );
}

function requiredDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`not a duration: ${text}`);
  return ms;
}

/** `20%` → 0.2, within [min, max] given in percent. Text, so that 20 and 0.2 are never mixed up. */
export function percentage(bounds: { min: number; max: number }, description: string) {
  return v.pipe(
    v.string('must be a percentage in quotes, such as "20%"'),
    v.check((text) => PERCENT.test(text), 'must be a number and a percent sign, such as "20%"'),
    v.transform((text) => Number(text.replace('%', ''))),
    v.check(
      (value) => value >= bounds.min && value <= bounds.max,
      `must be between ${bounds.min}% and ${bounds.max}%`,
    ),
    v.transform((value) => value / 100),
    v.description(description),
    v.metadata({ type: 'percentage', allowed: `${bounds.min}% to ${bounds.max}%` }),
  );
}

/** A whole number within [min, max]. */
export function count(bounds: { min: number; max: number }, description: string) {
  return v.pipe(
    v.number('must be a whole number without quotes'),
    v.check(
      (value) => Number.isInteger(value) && value >= bounds.min && value <= bounds.max,
      `must be a whole number between ${bounds.min} and ${bounds.max}`,
    ),
    v.description(description),
    v.metadata({ type: 'number', allowed: `${bounds.min} to ${bounds.max}`, ...bounds }),
  );
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  return v.pipe(
    v.picklist(words, `must be one of ${words.join(', ')}`),
    v.description(description),
    v.metadata({ type: 'word', allowed: words.join(', ') }),
  );
}

/** `true` or `false`; YAML 1.2 knows no `yes` and `no`. */
export function flag(description: string) {
  return v.pipe(
    v.boolean('must be true or false, without quotes'),
    v.description(description),
    v.metadata({ type: 'boolean', allowed: 'true, false' }),
  );
}

/** Text of one shape; `rule` says which to people. */
export function shaped(shape: RegExp, rule: string, about: { allowed: string; description: string }) {
  return v.pipe(
    v.string(rule),
    v.regex(shape, rule),
    v.description(about.description),
    v.metadata({ type: 'text', allowed: about.allowed }),
  );
}

/** Any number of items; absent is none. */
export function listOf<const Item extends v.GenericSchema>(
  item: Item,
  about: { rule: string; allowed: string; description: string },
) {
  return v.pipe(
    v.array(item, about.rule),
    v.description(about.description),
    v.metadata({ type: 'list', allowed: about.allowed }),
  );
}

export function timeZone(description: string) {
  return v.pipe(
    v.string('must be the name of a time zone, such as UTC or Europe/Berlin'),
    v.check(isTimeZone, 'is not a known time zone; use a name such as UTC or Europe/Berlin'),
    v.description(description),
    v.metadata({ type: 'text', allowed: 'IANA name' }),
  );
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

export function modeOf(description: string) {
  return oneOf(MODES, description);
}
