import { type EpochMs, HOUR_MS, isoTime } from '../../../shared/clock.ts';
import type { Chart } from '../../../shared/incident/chart.ts';
import { happenedAt } from '../../../shared/incident/signal.ts';
import type { MetricQuery, MetricWindow } from '../../../shared/ports/usage.ts';
import { limitOf } from '../diagnose/limit.ts';
import { shown } from '../diagnose/lines.ts';
import { RESOURCES, UNIT, USED_SERIES } from '../diagnose/verdict.ts';
import type { Input } from '../input.ts';
import { performanceIn } from '../looks.ts';
import { NAMESPACES, SPECS } from '../measure/names.ts';
import { figuresOf } from '../measure/statistics.ts';
import { type Resource, usedOf } from '../measure/used.ts';
import { performancesOf } from '../plans/asked.ts';
import { changeRecords } from '../plans/change-step.ts';
import { alarmOf } from '../signals.ts';
import type { Performance } from '../volume.ts';

/** Shown on either side of a change: before is worth as much as after. */
const AROUND_MS = 3 * HOUR_MS;
/** Operations, or bytes as MiB. */
const DIVISOR: Readonly<Record<Resource, string>> = { iops: '', throughput: '/1048576' };

/** What was changed, and when. */
interface Changed {
  from: Performance;
  to: Performance;
  at: EpochMs;
}

/** Used against provisioned for, before and after a change of ours; nothing of what was not measured. Pure. */
export function chartsOf(input: Pick<Input, 'facts' | 'incident'>): Chart[] {
  const { facts } = input;
  if (!facts.volume.known) return [];
  const { id } = facts.volume.value;
  const used = usedOf(facts.measured);
  const changed = changedIn(input);
  const window = windowOf(facts.measured.window, changed);
  return RESOURCES.flatMap((resource) => {
    const fact = used[resource];
    const figures = fact.known ? figuresOf(fact.value.points) : undefined;
    if (figures === undefined) return [];
    const unit = UNIT[resource];
    const levels = levelsOf(input, resource, changed);
    const title = `${unit} of ${id}`;
    const span = `by the minute from ${isoTime(window.from)} to ${isoTime(window.to)}`;
    const provisioned = levels.map(({ label, value }) => `${label} ${shown(value)}`);
    return [
      {
        title: `${title}: used and provisioned`,
        altText: [`${title} ${span}`, `lately at most ${shown(figures.max.value)}`, ...provisioned].join(
          ', ',
        ),
        unit,
        metrics: metricsOf(id, resource),
        line: { label: `${unit} used`, expression: `(m1+m2)/PERIOD(m1)${DIVISOR[resource]}` },
        levels,
        moments: momentsOf(input, changed).filter(({ at }) => at >= window.from && at <= window.to),
        window,
      },
    ];
  });
}

/** The last that was made. What failed changed nothing that could be seen. */
function changedIn(input: Pick<Input, 'incident'>): Changed | undefined {
  const done = changeRecords(input).findLast(({ state }) => state === 'done');
  return done && { ...performancesOf(done.step), at: done.endedAt ?? done.startedAt };
}

function windowOf(measured: MetricWindow, changed: Changed | undefined): MetricWindow {
  if (changed === undefined) return measured;
  return { from: changed.at - AROUND_MS, to: Math.min(measured.to, changed.at + AROUND_MS) };
}

function metricsOf(volumeId: string, resource: Resource): Record<string, MetricQuery> {
  const queries = USED_SERIES[resource].map((name, index): [string, MetricQuery] => {
    const { of, metric, statistic, periodMs } = SPECS[name];
    const dimensions = { VolumeId: volumeId };
    return [`m${index + 1}`, { namespace: NAMESPACES[of], name: metric, dimensions, statistic, periodMs }];
  });
  return Object.fromEntries(queries);
}

function levelsOf(
  { facts }: Pick<Input, 'facts'>,
  resource: Resource,
  changed: Changed | undefined,
): Chart['levels'] {
  const now = performanceIn(facts);
  const limit = (performance: Performance) => limitOf(performance, resource);
  if (changed !== undefined) {
    const [before, after] = [limit(changed.from)?.always, limit(changed.to)?.always];
    if (before !== after)
      return [...level('provisioned before', before), ...level('provisioned after', after)];
  }
  const current = now.known ? limit(now.value) : undefined;
  const credits = current !== undefined && current.withCredits > current.always;
  return [
    ...level('provisioned', current?.always),
    ...level('with credits', credits ? current.withCredits : undefined),
  ];
}

function level(label: string, value: number | undefined): Chart['levels'] {
  return value === undefined ? [] : [{ label, value }];
}

function momentsOf({ incident }: Pick<Input, 'incident'>, changed: Changed | undefined): Chart['moments'] {
  const alarms = incident.signals.filter((signal) => alarmOf(signal)?.state === 'ALARM');
  const first = Math.min(...alarms.map(happenedAt));
  return [
    ...(alarms.length === 0 ? [] : [{ label: 'alarm', at: first }]),
    ...(changed === undefined ? [] : [{ label: 'changed by Paramedic', at: changed.at }]),
  ];
}
