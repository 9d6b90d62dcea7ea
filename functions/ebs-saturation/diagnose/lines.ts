import { isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { figuresOf } from '../measure/statistics.ts';
import type { Resource } from '../measure/used.ts';
import { type Reach, reachText } from './reach.ts';
import { type Look, UNIT, unknownText } from './verdict.ts';

/** e.g. `CloudWatch VolumeIOPSExceededCheck: raised in 14 of the last 15 min measured, …`. */
export function reachLine(what: string, fact: Fact<Reach>): string {
  return fact.known ? `${fact.source}: ${what}${reachText(fact.value)}` : unknownText(fact);
}

export function checkLine(fact: Fact<Reach>): string {
  return reachLine('raised in ', fact);
}

/** Used against what it is provisioned for. */
export function usedLine({ used }: Pick<Look, 'used'>, resource: Resource, limit?: number): string {
  const fact = used[resource];
  if (!fact.known) return unknownText(fact);
  const figures = figuresOf(fact.value.points);
  if (figures === undefined) return unknownText({ source: fact.source, why: 'never measured' });
  const { count, p50, p95, max } = figures;
  const of = limit === undefined ? '' : ` of ${shown(limit)} (${Math.round((max.value / limit) * 100)} %)`;
  return `${fact.source}: used ${UNIT[resource]}: p50 ${shown(p50)}, p95 ${shown(p95)}, at most ${shown(max.value)}${of} at ${isoTime(max.at)}, ${count} min measured`;
}

/** Whole numbers from ten on. */
export function shown(value: number): string {
  return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}
