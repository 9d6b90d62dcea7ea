import { Cron } from 'croner';
import * as v from 'valibot';
import { DAY_MS, type EpochMs } from '../clock.ts';
import { duration, modeOf, shaped, timeZone } from './units.ts';

/** Five fields of digits, names, lists, ranges and steps; croner's nicknames, seconds and `?` are left out. */
const CRON = /^[0-9A-Za-z*,/#-]{1,60}( [0-9A-Za-z*,/#-]{1,60}){4}$/;
const NOT_CRON = 'must be a cron expression of five fields in quotes: minute hour day month weekday';

/** A year that has every month; a leap day is not needed to see how close begins lie. */
const LOOK_FROM = Date.UTC(2027, 0, 1);
const LOOK_MS = 366 * DAY_MS;
/** As many begins as it takes to come to the end of a month on which the begins are closer. */
const LOOK_AT = 100;
const NEW_YEAR = new Date(LOOK_FROM);
/** Several times faster than the zone of that name. */
const UTC = { utcOffset: 0 };

/** A time in which the mode is capped. */
export const windowSchema = v.strictObject({
  name: shaped(/^[0-9A-Za-z][0-9A-Za-z _-]{0,39}$/, 'must be letters, digits, spaces, - and _, at most 40', {
    allowed: 'name',
    description: 'What the window is for; rules and logs name it.',
  }),
  cron: v.pipe(
    v.string(NOT_CRON),
    v.check((text) => cronOf(text, UTC) !== undefined, NOT_CRON),
    v.check((text) => cronOf(text, UTC)?.nextRun(NEW_YEAR) !== null, 'names a time that never comes'),
    v.description('When the window begins: minute hour day month weekday.'),
    v.metadata({ type: 'text', allowed: 'cron expression, in quotes' }),
  ),
  duration: duration({ min: '1m', max: '31d' }, 'How long it lasts from each begin, in elapsed time.'),
  timezone: v.optional(timeZone('The time zone of `cron`; absent means `global.timezone`.')),
  mode: v.optional(modeOf('Caps everything while the window is open. The lowest mode wins.'), 'observe'),
});

export type MaintenanceWindow = v.InferOutput<typeof windowSchema>;

/** By window: one object of one config has one time zone. */
const compiled = new WeakMap<MaintenanceWindow, Cron>();

/**
 * Whether `now` lies in the window: at or after a begin, before that begin plus the duration. Where the clocks go
 * forward over a begin, it begins when the gap ends; where they go back over one, it begins once, the first time.
 */
export function isOpen(window: MaintenanceWindow, globalTimezone: string, now: EpochMs): boolean {
  const cron = compiled.get(window) ?? cronOf(window.cron, { timezone: window.timezone ?? globalTimezone });
  if (cron === undefined) return true;
  compiled.set(window, cron);
  // Strictly after its argument: a window that ends now is over.
  const begin = cron.nextRun(new Date(now - window.duration));
  return begin !== null && begin.getTime() <= now;
}

/** It begins again before it has ended: that is no window but a mode. Judged without daylight saving. */
export function neverCloses({
  cron,
  duration: length,
}: Pick<MaintenanceWindow, 'cron' | 'duration'>): boolean {
  const times = cronOf(cron, UTC)?.nextRuns(LOOK_AT, new Date(LOOK_FROM - 1)) ?? [];
  const begins = times.map((at) => at.getTime()).filter((at) => at < LOOK_FROM + LOOK_MS);
  return begins.some((at, index) => at - (begins[index - 1] ?? Number.NEGATIVE_INFINITY) <= length);
}

/** Never scheduled: without a function to call croner only computes. */
function cronOf(text: string, where: { timezone: string } | { utcOffset: number }): Cron | undefined {
  if (!CRON.test(text)) return undefined;
  try {
    return new Cron(text, { ...where, mode: '5-part' });
  } catch {
    return undefined;
  }
}
