import type { Fact } from '../../../shared/fact.ts';
import type { MetricPoint } from '../../../shared/ports/usage.ts';
import type { SeriesName } from '../measure/names.ts';
import type { Resource, Used } from '../measure/used.ts';
import { type Reach, reachOf } from './reach.ts';
import type { Cause, Input } from './types.ts';

/** What one check says. `no` is said only by data, never by their absence. */
export type Verdict =
  | { is: 'cause'; cause: Cause }
  | { is: 'no'; evidence: string[] }
  | { is: 'unknown'; why: string[] };

/** The input with what every check asks of it. Its measurements begin where the present performance does. */
export interface Look extends Input {
  used: Used;
}

export const RESOURCES = ['iops', 'throughput'] as const satisfies readonly Resource[];
export const UNIT: Readonly<Record<Resource, string>> = { iops: 'IOPS', throughput: 'MiB/s' };
export const USED_SERIES: Readonly<Record<Resource, SeriesName[]>> = {
  iops: ['readOps', 'writeOps'],
  throughput: ['readBytes', 'writeBytes'],
};
export const VOLUME_CHECK = { iops: 'iopsExceeded', throughput: 'throughputExceeded' } as const;
export const INSTANCE_CHECK = {
  iops: 'instanceIopsExceeded',
  throughput: 'instanceThroughputExceeded',
} as const;

/** Of a limit: as much as a minute can show, with what is lost at its edges. */
export const AT_LIMIT = 0.95;

/** A check is 0 or 1 by the minute. */
export function checkOf({ measured }: Look, name: SeriesName): Fact<Reach> {
  return seriesReach(measured, name, ({ value }) => value > 0);
}

export function seriesReach(
  { series, window }: Look['measured'],
  name: SeriesName,
  isHit: (point: MetricPoint) => boolean,
): Fact<Reach> {
  return reachOf(series[name], window, isHit);
}

/** The time during which so much of a limit was used. */
export function usedReach({ used, measured }: Look, resource: Resource, atLeast: number): Fact<Reach> {
  return reachOf(used[resource], measured.window, ({ value }) => value >= atLeast);
}

export function unknownText({ source, why }: { source: string; why: string }): string {
  return `unknown: ${source}: ${why}`;
}

/** The facts that are none, as lines. */
export function unknowns(...facts: readonly Fact<unknown>[]): string[] {
  return facts.flatMap((fact) => (fact.known ? [] : [unknownText(fact)]));
}

const ORDER = ['possible', 'likely', 'certain'] as const;

/** The confidence, or less where something stands against it. */
export function atMost(confidence: Cause['confidence'], bound: Cause['confidence']): Cause['confidence'] {
  return ORDER.indexOf(confidence) <= ORDER.indexOf(bound) ? confidence : bound;
}

export function rankOf({ confidence }: Pick<Cause, 'confidence'>): number {
  return ORDER.indexOf(confidence);
}
