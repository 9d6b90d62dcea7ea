import * as v from 'valibot';
import { isoTime } from '../shared/clock.ts';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `100ms`, `90s`, `2m`, `1h`, `7d`, read as milliseconds. */
export const duration = v.pipe(
  v.string('write a duration with its unit, such as 90s, 2m or 100ms'),
  v.regex(/^\d+(ms|s|m|h|d)$/, 'write a duration with its unit, such as 90s, 2m or 100ms'),
  v.transform((text) => {
    const unit = text.replace(/^\d+/, '') as keyof typeof UNITS;
    return Number.parseInt(text, 10) * UNITS[unit];
  }),
);

/** A duration that may be negative: `10m`, `-10m`. */
export const offset = v.pipe(
  v.string('write a duration with its unit, such as 90s or -2m'),
  v.regex(/^-?\d+(ms|s|m|h|d)$/, 'write a duration with its unit, such as 90s or -2m'),
  v.transform((text) => (text.startsWith('-') ? -v.parse(duration, text.slice(1)) : v.parse(duration, text))),
);

/** ISO 8601 in UTC with seconds, read as epoch milliseconds. */
export const instant = v.pipe(
  v.string('write a time such as 2026-11-03T14:00:00Z'),
  v.check(isInstant, 'write a time such as 2026-11-03T14:00:00Z'),
  v.transform((text) => Date.parse(text)),
);

function isInstant(text: string): boolean {
  const at = Date.parse(text);
  return Number.isFinite(at) && isoTime(at) === text;
}

export const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'write a name in lower case letters, digits, "-" and "."'),
);

export const instanceIdField = v.pipe(
  v.string(),
  v.regex(/^i-[0-9a-f]{17}$/, 'write an instance id: i- and 17 hex digits'),
);

export const volumeIdField = v.pipe(
  v.string(),
  v.regex(/^vol-[0-9a-f]{17}$/, 'write a volume id: vol- and 17 hex digits'),
);

export const words = v.record(v.string(), v.string());

export function count(minimum: number, maximum = 100_000) {
  return v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
}

/** A number of pods, or a percentage of them as text. */
export const podNumber = v.union([
  count(0),
  v.pipe(v.string(), v.regex(/^(\d|[1-9]\d|100)%$/, 'write a whole number, or a percentage such as 50%')),
]);
