import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import { type Fact, readFact, unknown } from '../../../shared/fact.ts';
import type { Metric, MetricQuery, MetricSeries, Usage } from '../../../shared/ports/usage.ts';
import { type Measured, type Series, seriesOf } from './measured.ts';
import { NAMESPACES, publishedAs, SERIES_NAMES, type SeriesName, SPECS, sourceOf } from './names.ts';

/** As far back as ListMetrics tells what is published. */
export const LOOK_BACK_MS = 3 * HOUR_MS;

export interface Ask {
  volumeId: string;
  /** Undefined: attached to none, to several, or not known. */
  instanceId: string | undefined;
  at: EpochMs;
  /** At least a minute. */
  lookBackMs?: number;
}

type Listed = Record<'volume' | 'instance', Fact<Metric[]>>;

/**
 * At most two ListMetrics and one GetMetricData, pages not counted. The minute that is not over is left out: it would
 * look like less use than there is.
 */
export async function readMeasured(usage: Usage, ask: Ask): Promise<Measured> {
  const { volumeId, instanceId, at, lookBackMs = LOOK_BACK_MS } = ask;
  const to = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const window = { from: to - Math.max(MINUTE_MS, lookBackMs), to };
  const listed = await list(usage, ask);
  const chosen = SERIES_NAMES.map((name) => ({ name, query: choose(name, listed, ask) }));
  const [first, ...others] = chosen.flatMap(({ query }) => (query.known ? [query.value] : []));
  const read = await readFact('CloudWatch', at, async () =>
    first === undefined ? [] : await usage.readMetrics([first, ...others], window),
  );
  let next = 0;
  const found = chosen.map(({ name, query }): [SeriesName, Fact<Series>] => {
    if (!query.known) return [name, query];
    if (!read.known) return [name, { ...read, source: sourceOf(name) }];
    const own = read.value[next];
    next += 1;
    return [name, toSeries(name, own, { window, at })];
  });
  return { volumeId, instanceId, window, series: Object.fromEntries(found) as Measured['series'] };
}

async function list(usage: Usage, { volumeId, instanceId, at }: Ask): Promise<Listed> {
  const [volume, instance] = await Promise.all([
    readFact('CloudWatch AWS/EBS', at, () =>
      usage.listMetrics(NAMESPACES.volume, { dimensions: { VolumeId: volumeId } }),
    ),
    instanceId === undefined
      ? unknown('no one instance is known that the volume is attached to', 'CloudWatch AWS/EC2', at)
      : readFact('CloudWatch AWS/EC2', at, () =>
          usage.listMetrics(NAMESPACES.instance, { dimensions: { InstanceId: instanceId } }),
        ),
  ]);
  return { volume, instance };
}

function choose(name: SeriesName, all: Listed, ask: Ask): Fact<MetricQuery> {
  const spec = SPECS[name];
  const listed = all[spec.of];
  const source = sourceOf(name);
  if (!listed.known) return { ...listed, source };
  const metric = publishedAs(listed.value, spec, ask);
  if (metric === undefined) return unknown('not published in the last three hours', source, ask.at);
  const { statistic, periodMs } = spec;
  return { known: true, value: { ...metric, statistic, periodMs }, source, at: ask.at };
}

function toSeries(
  name: SeriesName,
  read: MetricSeries | undefined,
  { window, at }: Pick<Measured, 'window'> & { at: EpochMs },
): Fact<Series> {
  const source = sourceOf(name);
  if (read === undefined || !read.complete) return unknown('CloudWatch gave only a part', source, at);
  // The first period of a longer length begins before the window.
  const { periodMs } = SPECS[name];
  const from = Math.floor(window.from / periodMs) * periodMs;
  return seriesOf(read.points, periodMs, { window: { from, to: window.to }, source, at });
}
