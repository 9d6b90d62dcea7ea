import type { Fact } from '../../../shared/fact.ts';
import type { Series } from '../measure/measured.ts';
import { figuresOf } from '../measure/statistics.ts';
import { reachLine } from './lines.ts';
import type { Reach } from './reach.ts';

/** Percent; from here down a bucket gives nothing any more. */
export const EMPTY = 1;

export function balanceLine(empty: Fact<Reach>): string {
  return reachLine(`at most ${EMPTY} % in `, empty);
}

/** In most of its empty periods more was used than an empty bucket gives. */
export function paidFor(balance: Fact<Series>, used: Fact<Series>, most: number): boolean {
  if (!balance.known || !used.known) return false;
  const { points, periodMs } = balance.value;
  const empty = points.filter(({ value }) => value <= EMPTY);
  const isOver = (from: number) => {
    const within = used.value.points.filter(({ at }) => at >= from && at < from + periodMs);
    return (figuresOf(within)?.p50 ?? 0) > most;
  };
  return empty.filter(({ at }) => isOver(at)).length > empty.length / 2;
}
