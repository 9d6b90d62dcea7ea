import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../../shared/fact.ts';
import type {
  MetricPoint,
  MetricQuery,
  MetricSeries,
  MetricWindow,
  Usage,
} from '../../../shared/ports/usage.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';
import type { Figures } from '../limits/performance.ts';
import { provisionedFor } from '../performance.ts';

/** How a volume was used over days, by the hour. */
export interface LongUse {
  /** Since when it was short of nothing, at the earliest since the look begins. */
  quietSince: Fact<EpochMs>;
  /** What 99 of 100 hours stay below in each of their minutes. */
  p99: Fact<Figures>;
  /** The least it could be provisioned for with no minute of all this time at nearly all of that. */
  quietWith: Fact<Figures>;
}

export interface LongAsk {
  volume: Volume;
  at: EpochMs;
  lookBackMs: number;
}

const SOURCE = 'CloudWatch AWS/EBS by the hour';
const USES = ['VolumeReadOps', 'VolumeWriteOps', 'VolumeReadBytes', 'VolumeWriteBytes'] as const;
const CHECKS = ['VolumeIOPSExceededCheck', 'VolumeThroughputExceededCheck'] as const;
const MIB = 1024 * 1024;
const SECONDS = MINUTE_MS / SECOND_MS;
const MINUTES = HOUR_MS / MINUTE_MS;
/** Of the hours: of more that were not measured nobody can say that they were quiet. */
const MEASURED = 0.95;
/** A minute that used so much of what there is was not a quiet one, whatever a check says. */
const NEARLY_ALL = 0.9;
/** Sums of fractions are not exact. */
const ROUNDING = 0.999;

/** One GetMetricData of twelve series. An hour counts by its highest minute: never less than 99 of 100 minutes use. */
export async function readLongUse(usage: Usage, ask: LongAsk): Promise<LongUse> {
  const { at, lookBackMs } = ask;
  const to = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const window = { from: Math.floor((to - lookBackMs) / HOUR_MS) * HOUR_MS, to };
  const series = await readFact(SOURCE, at, () => usage.readMetrics(queriesOf(ask), window));
  if (!series.known) return allOf(series);
  if (series.value.some(({ complete }) => !complete)) return nothingKnown('CloudWatch gave only a part', at);
  return judged(series.value, window, ask);
}

function nothingKnown(why: string, at: EpochMs): LongUse {
  return allOf(unknown(why, SOURCE, at));
}

/** Nothing is known of it, for one reason. */
export function allOf(fact: Fact<never>): LongUse {
  return { quietSince: fact, p99: fact, quietWith: fact };
}

/** Each use by its highest minute and by its sum; then the checks, which are published by one of two sets of dimensions. */
function queriesOf({ volume: { id: VolumeId, attachments } }: LongAsk): [MetricQuery, ...MetricQuery[]] {
  const query = (
    name: string,
    statistic: 'Maximum' | 'Sum',
    dimensions: Record<string, string> = { VolumeId },
  ): MetricQuery => ({ namespace: 'AWS/EBS', name, dimensions, statistic, periodMs: HOUR_MS });
  const [first, ...others] = USES;
  const both = attachments.slice(0, 1).map(({ instanceId }) => ({ VolumeId, InstanceId: instanceId }));
  return [
    query(first, 'Maximum'),
    ...others.map((name) => query(name, 'Maximum')),
    ...USES.map((name) => query(name, 'Sum')),
    ...[{ VolumeId }, ...both].flatMap((by) => CHECKS.map((name) => query(name, 'Maximum', by))),
  ];
}

type Hours = ReadonlyMap<EpochMs, Figures>;

function judged(series: readonly MetricSeries[], { from, to }: MetricWindow, ask: LongAsk): LongUse {
  const { at, volume } = ask;
  const hours = usedIn(series);
  const wanted = Math.ceil((to - from) / HOUR_MS);
  const checks = checksIn(series);
  if (hours === undefined) return nothingKnown('its highest minutes contradict its sums', at);
  if (hours.size < wanted * MEASURED)
    return nothingKnown(`only ${hours.size} of ${wanted} hours were measured`, at);
  const unmeasured = CHECKS.find((_, index) => checks[index]?.length === 0);
  if (unmeasured !== undefined)
    return nothingKnown(`whether it was short was not measured: ${unmeasured}`, at);
  const short = [
    ...checks
      .flat()
      .filter(({ value }) => value > 0)
      .map((point) => point.at),
    ...[...hours].filter(([, used]) => isNearlyAll(used, volume)).map(([hour]) => hour),
  ];
  const quietSince = Math.max(from, ...short.map((hour) => Math.min(hour + HOUR_MS, to)));
  const all = [...hours.values()];
  const of = (pick: (values: readonly number[]) => number): Fact<Figures> => {
    const iops = pick(all.map((used) => used.iops));
    return known({ iops, throughputMib: pick(all.map((used) => used.throughputMib)) }, SOURCE, at);
  };
  return { quietSince: known(quietSince, SOURCE, at), p99: of(percentile99), quietWith: of(leastFor) };
}

/** Of each check, in their order: what was published by either set of dimensions. */
function checksIn(series: readonly MetricSeries[]): MetricPoint[][] {
  const published = series.slice(2 * USES.length);
  return CHECKS.map((_, check) =>
    published.flatMap(({ points }, index) => (index % CHECKS.length === check ? points : [])),
  );
}

/** Hours with all four uses; undefined where a highest minute is below the mean one: it is no figure of minutes then. */
function usedIn(series: readonly MetricSeries[]): Hours | undefined {
  const byHour = series.map(({ points }) => new Map(points.map(({ at, value }) => [at, value])));
  const most = byHour.slice(0, USES.length);
  const sums = byHour.slice(USES.length);
  const hours = new Map<EpochMs, Figures>();
  for (const hour of most[0]?.keys() ?? []) {
    const [readOps, writeOps, readBytes, writeBytes] = most.map((each) => each.get(hour));
    if (readOps === undefined || writeOps === undefined) continue;
    if (readBytes === undefined || writeBytes === undefined) continue;
    const means = most.map((_, index) => (sums[index]?.get(hour) ?? 0) / MINUTES);
    if (most.some((each, index) => (each.get(hour) ?? 0) < (means[index] ?? 0) * ROUNDING)) return undefined;
    const iops = (readOps + writeOps) / SECONDS;
    hours.set(hour, { iops, throughputMib: (readBytes + writeBytes) / SECONDS / MIB });
  }
  return hours;
}

/** By what it has now. Where that is not known, nothing is decided about the volume. */
function isNearlyAll(used: Figures, volume: Volume): boolean {
  const has = provisionedFor(volume);
  if (has === undefined) return false;
  return used.iops >= has.iops * NEARLY_ALL || used.throughputMib >= has.throughputMib * NEARLY_ALL;
}

/** By nearest rank. */
function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

/** What is nearly all counts as too much, so it is a little more than that. */
function leastFor(values: readonly number[]): number {
  return Math.floor(Math.max(...values) / NEARLY_ALL) + 1;
}
