import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Measured, Series } from './measured.ts';
import type { SeriesName } from './names.ts';

/** What a volume can run short of. */
export type Resource = 'iops' | 'throughput';

/** By the minute: operations a second, and MiB a second. */
export type Used = Readonly<Record<Resource, Fact<Series>>>;

const PARTS = {
  iops: ['readOps', 'writeOps'],
  throughput: ['readBytes', 'writeBytes'],
} as const satisfies Record<Resource, readonly [SeriesName, SeriesName]>;
const MIB = 1024 * 1024;
const SECONDS = MINUTE_MS / SECOND_MS;
const UNITS = { iops: SECONDS, throughput: SECONDS * MIB };
/** Of the minutes: with more of them at odds nothing of it is believed. */
const MAX_AT_ODDS = 0.1;
/** Less idle than this, it was busy. */
const BUSY_BELOW = SECONDS / 2;

/**
 * Used of the volume. A minute counts when reads and writes were both measured. A minute that reads 0 while another
 * metric says that there was work is not measured; neither are all of them when nothing confirms that all were 0.
 */
export function usedOf({ series }: Pick<Measured, 'series'>): Used {
  const ops = added(series, 'iops');
  const bytes = added(series, 'throughput');
  const odd = atOdds(series, ops, bytes);
  const isConfirmed = series.idleTime.known || series.stalled.known;
  return {
    iops: toRate(ops, 'iops', { odd, isConfirmed }),
    throughput: toRate(bytes, 'throughput', { odd, isConfirmed }),
  };
}

type Minutes = ReadonlyMap<EpochMs, number>;

function added(series: Measured['series'], resource: Resource): Fact<Minutes> {
  const [readName, writeName] = PARTS[resource];
  const reads = series[readName];
  const writes = series[writeName];
  if (!reads.known) return reads;
  if (!writes.known) return writes;
  const others = minutesOf(writes);
  const sums = reads.value.points.flatMap(({ at, value }): [EpochMs, number][] => {
    const other = others.get(at);
    return other === undefined ? [] : [[at, value + other]];
  });
  const source = `${reads.source} and ${writes.source.replace('CloudWatch ', '')}`;
  if (sums.length === 0) return unknown('no minute has both', source, reads.at);
  return known(new Map(sums), source, reads.at);
}

function minutesOf(fact: Fact<Series>): Minutes {
  return new Map(fact.known ? fact.value.points.map(({ at, value }) => [at, value]) : []);
}

/** Minutes of which two metrics cannot both be true. */
function atOdds(series: Measured['series'], ops: Fact<Minutes>, bytes: Fact<Minutes>): Set<EpochMs> {
  const done: Minutes = ops.known ? ops.value : new Map();
  const moved: Minutes = bytes.known ? bytes.value : new Map();
  const isBusy = busyIn(series);
  const isOdd = (at: EpochMs) => {
    const some = [done.get(at), moved.get(at)].filter((sum) => sum !== undefined);
    const positive = some.filter((sum) => sum > 0).length;
    return positive === 0 ? isBusy(at) : positive < some.length;
  };
  return new Set([...done.keys(), ...moved.keys()].filter(isOdd));
}

/** Whether anything says that there was work; nothing is done in a stall, however much waits. */
function busyIn(series: Measured['series']): (at: EpochMs) => boolean {
  const idle = minutesOf(series.idleTime);
  const queue = minutesOf(series.queueLength);
  const stalled = minutesOf(series.stalled);
  const checks = [series.iopsExceeded, series.throughputExceeded].map(minutesOf);
  return (at) => {
    if ((stalled.get(at) ?? 0) > 0) return false;
    const isBusy = (idle.get(at) ?? SECONDS) < BUSY_BELOW || (queue.get(at) ?? 0) >= 1;
    return isBusy || checks.some((check) => (check.get(at) ?? 0) > 0);
  };
}

function toRate(
  sums: Fact<Minutes>,
  resource: Resource,
  { odd, isConfirmed }: { odd: ReadonlySet<EpochMs>; isConfirmed: boolean },
): Fact<Series> {
  if (!sums.known) return sums;
  const { value, source, at } = sums;
  const kept = [...value].filter(([minute]) => !odd.has(minute));
  const wrong = value.size - kept.length;
  if (wrong > value.size * MAX_AT_ODDS) {
    return unknown(`${wrong} of ${value.size} min contradict other metrics of the volume`, source, at);
  }
  if (!isConfirmed && kept.every(([, sum]) => sum === 0)) {
    return unknown('it reads 0 throughout, and no other metric confirms it', source, at);
  }
  const points = kept.map(([minute, sum]) => ({ at: minute, value: sum / UNITS[resource] }));
  return known({ points, periodMs: MINUTE_MS }, source, at);
}
