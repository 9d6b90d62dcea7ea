import type { MetricAlarm, MetricDataQuery, StateValue } from '@aws-sdk/client-cloudwatch';
import { stateSince } from '../../functions/ebs-saturation/alarm-news.ts';
import { CONTRIBUTOR_STATE } from '../../functions/ebs-saturation/events.ts';
import { field } from '../../functions/ebs-saturation/fields.ts';
import type { EpochMs } from '../../shared/clock.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import type { World } from '../../simulator/world.ts';

/**
 * The alarm of an event in the simulated CloudWatch, which the event says exists: a run and the sweep that read it are
 * told what its events tell.
 */
export class StandingAlarm {
  readonly #world: World;
  readonly #event: CloudEvent;

  constructor(world: World, event: CloudEvent) {
    this.#world = world;
    this.#event = event;
    this.set('ALARM', stateSince(event.detail, Date.parse(event.time)) ?? Date.parse(event.time));
  }

  set(StateValue: StateValue, at: EpochMs): void {
    const { alarms } = this.#world;
    const { detail } = this.#event;
    const name = String(detail['alarmName']);
    const state = { StateValue, StateTransitionedTimestamp: new Date(at) };
    const rule = field(detail, 'configuration', 'alarmRule');
    if (typeof rule === 'string') alarms.putComposite(name, { ...state, AlarmRule: rule });
    else alarms.putMetric(name, { ...state, ...watchedBy(this.#event) });
    if (this.#event['detail-type'] !== CONTRIBUTOR_STATE) return;
    const series = {
      ContributorId: String(field(detail, 'alarmContributor', 'id')),
      ContributorAttributes: wordsIn(field(detail, 'alarmContributor', 'attributes')),
      StateReason: '',
      StateTransitionedTimestamp: new Date(at),
    };
    alarms.putContributors(name, StateValue === 'ALARM' ? [series] : []);
  }
}

function watchedBy({ detail }: CloudEvent): Pick<MetricAlarm, 'Metrics'> {
  const entries = field(detail, 'configuration', 'metrics');
  return { Metrics: Array.isArray(entries) ? entries.map(queryOf) : [] };
}

function queryOf(entry: unknown): MetricDataQuery {
  const metric = field(entry, 'metricStat', 'metric');
  const Id = String(field(entry, 'id'));
  if (metric === undefined) return { Id, Expression: String(field(entry, 'expression')) };
  const dimensions = Object.entries(wordsIn(field(metric, 'dimensions')));
  const Metric = {
    Namespace: String(field(metric, 'namespace')),
    MetricName: String(field(metric, 'name')),
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
  };
  const [Period, Stat] = [Number(field(entry, 'metricStat', 'period')), field(entry, 'metricStat', 'stat')];
  return { Id, MetricStat: { Metric, Period, Stat: String(Stat) } };
}

function wordsIn(value: unknown): Record<string, string> {
  const entries = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, word]) => [name, String(word)]));
}
