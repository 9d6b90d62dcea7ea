/** Milliseconds since the Unix epoch, UTC. */
export type EpochMs = number;

/**
 * The only source of time in the product. Lambda uses the wall clock, the simulator a virtual one, so every
 * deadline, wait and freshness rule can be tested without waiting.
 */
export interface Clock {
  now(): EpochMs;
  /** Resolves after `ms` of this clock's time; `ms <= 0` resolves on the next turn. */
  sleep(ms: number): Promise<void>;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms))),
};

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** ISO 8601 with seconds and `Z`, the form every AWS event and every line we print uses. */
export function isoTime(at: EpochMs): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** `47 s`, `1 m 48 s`, `2 h 05 m`: for people, rounded to the second. */
export function humanDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms / SECOND_MS));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = total % 60;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} m`;
  if (minutes > 0) return `${minutes} m ${String(seconds).padStart(2, '0')} s`;
  return `${seconds} s`;
}
