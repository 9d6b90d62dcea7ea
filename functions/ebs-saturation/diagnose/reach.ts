import { HOUR_MS, humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { type Fact, unknown } from '../../../shared/fact.ts';
import type { MetricPoint, MetricWindow } from '../../../shared/ports/usage.ts';
import type { Series } from '../measure/measured.ts';
import { type Hits, hitsOf, lengthOf, longestOf, RECENT_MS } from '../measure/statistics.ts';

/**
 * Whether a line was crossed: `now` in at least five of the last fifteen minutes, `returns`: again and again, `over`:
 * earlier but not any more, `never`: not for long enough to count.
 */
export type State = 'now' | 'returns' | 'over' | 'never';

export interface Reach extends Hits {
  state: State;
}

const ENOUGH_MS = 5 * MINUTE_MS;
/** Shorter than this it is noise. */
const SPELL_MS = 3 * MINUTE_MS;
const SPELLS = 3;

/** Unknown as well when the last minutes were hardly measured: stale is not current. */
export function reachOf(
  fact: Fact<Series>,
  window: MetricWindow,
  isHit: (point: MetricPoint) => boolean,
): Fact<Reach> {
  if (!fact.known) return fact;
  const hits = hitsOf(fact.value, window, isHit);
  if (hits.recentMeasuredMs < ENOUGH_MS) {
    const of = humanDuration(RECENT_MS);
    const why = `only ${humanDuration(hits.recentMeasuredMs)} of the last ${of} were measured`;
    return unknown(why, fact.source, fact.at);
  }
  return { ...fact, value: { ...hits, state: stateOf(hits, window) } };
}

function stateOf({ recentHitMs, spells }: Hits, { to }: MetricWindow): State {
  if (recentHitMs >= ENOUGH_MS) return 'now';
  const long = spells.filter((spell) => lengthOf(spell) >= ENOUGH_MS);
  const last = long.at(-1);
  if (long.length >= SPELLS && last !== undefined && last.to > to - HOUR_MS) return 'returns';
  return spells.some((spell) => lengthOf(spell) >= SPELL_MS) ? 'over' : 'never';
}

export function isActive({ state }: Reach): boolean {
  return state === 'now' || state === 'returns';
}

/** e.g. `14 of 15 min, 62 of 178 min in all, the longest 41 m 00 s from 2026-11-03T14:00:00Z`. */
export function reachText(reach: Reach): string {
  const { recentHitMs, recentMeasuredMs, hitMs, measuredMs, spells } = reach;
  const longest = longestOf(spells);
  const run =
    longest === undefined
      ? ''
      : `, the longest ${humanDuration(lengthOf(longest))} from ${isoTime(longest.from)}`;
  return `${minutes(recentHitMs)} of the last ${minutes(recentMeasuredMs)} min measured, ${minutes(hitMs)} of ${minutes(measuredMs)} min in all${run}`;
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE_MS);
}
