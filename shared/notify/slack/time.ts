import { type EpochMs, HOUR_MS, SECOND_MS } from '../../clock.ts';

/** Slack shows it in the reader's own time zone; what cannot, shows UTC. For `mrkdwn` only. */
export function clockTime(at: EpochMs): string {
  return token(at, '{time_secs}', utcTime(at));
}

export function dateTime(at: EpochMs): string {
  return token(at, '{date_short_pretty} {time}', `${new Date(at).toISOString().slice(0, 10)} ${utcTime(at)}`);
}

/** By the second where it is soon; tomorrow's needs its day, or it reads as if it were over. */
export function untilTime(at: EpochMs, now: EpochMs): string {
  return at - now < 12 * HOUR_MS ? clockTime(at) : dateTime(at);
}

function token(at: EpochMs, format: string, fallback: string): string {
  return `<!date^${Math.floor(at / SECOND_MS)}^${format}|${fallback}>`;
}

function utcTime(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}

/** `16:32 CET`: for phones and screen readers, in the zone of the config. */
export function localTime(at: EpochMs, timezone: string): string {
  const parts = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: timezone }).format(at);
  } catch {
    // The config is checked; a name this runtime does not know must not keep anybody from being told.
    return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }).format(at);
  }
}
