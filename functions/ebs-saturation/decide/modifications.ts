import { DAY_MS, type EpochMs, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { Modifications } from './input.ts';

/** EC2 takes so many modifications of one volume in any 24 hours. */
export const MAX_PER_DAY = 4;
/** An event of EC2 tells sooner that one has ended. */
const LOOK_AGAIN_MS = 15 * MINUTE_MS;
/** EC2 and the ledger write one modification down within this time of each other. */
const SAME_MS = MINUTE_MS;

export interface Hold {
  until: EpochMs;
  why: string;
}

/** One runs, or may run. The next is made only after it has completed. */
export function whyRunning({ latest, history }: Modifications, now: EpochMs): Hold | undefined {
  const until = now + LOOK_AGAIN_MS;
  if (!latest.known) return { until, why: `whether a modification runs is unknown: ${latest.why}` };
  if (!history.known) return { until, why: `earlier modifications are unknown: ${history.why}` };
  if (latest.value === null) return undefined;
  const { state, startedAt } = latest.value;
  if (state === 'completed' || state === 'failed') return undefined;
  const what = state === 'unknown' ? 'in a state nobody knows' : state;
  return { until, why: `the modification of ${isoTime(whenOf(startedAt, now))} is ${what}` };
}

/** When the last one failed within a day; another try may fail as well. */
export function failedAt({ latest }: Modifications, now: EpochMs): EpochMs | undefined {
  if (!latest.known || latest.value?.state !== 'failed') return undefined;
  const at = whenOf(latest.value.startedAt, now);
  return at > now - DAY_MS ? at : undefined;
}

/** Four were made in the last 24 hours: until the first of those is over. */
export function whyTooMany({ latest, history }: Modifications, now: EpochMs): Hold | undefined {
  const known = history.known ? history.value.map((at) => whenOf(at, now)) : [];
  const told = latest.known && latest.value !== null ? [whenOf(latest.value.startedAt, now)] : [];
  const missing = told.filter((at) => known.every((each) => Math.abs(each - at) > SAME_MS));
  const recent = [...known, ...missing].filter((at) => at > now - DAY_MS).sort((a, b) => b - a);
  const fourth = recent[MAX_PER_DAY - 1];
  if (fourth === undefined) return undefined;
  const until = fourth + DAY_MS;
  const why = `${recent.length} modifications in 24 hours, EC2 takes ${MAX_PER_DAY}; the next from ${isoTime(until)}`;
  return { until, why };
}

/** What is no time counts as now: better one too many than a fifth. */
function whenOf(at: EpochMs, now: EpochMs): EpochMs {
  return Number.isFinite(at) && Math.abs(at - now) < 1_000 * DAY_MS ? at : now;
}
