import type { EpochMs } from '../../shared/clock.ts';
import type { Subject } from '../../shared/incident/signal.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import {
  type AlarmNews,
  alarmArnOf,
  extrasOf,
  MAX_LISTED,
  silenceOf,
  stateOf,
  stateSince,
  triggeringAlarmsOf,
} from './alarm-news.ts';
import { CONTRIBUTOR_STATE } from './events.ts';
import { field, isObject, oneLine } from './fields.ts';
import { idsIn, type Named, readMetrics, type Unusable } from './watched.ts';

export type ReadAlarm =
  | { is: 'alarm'; news: AlarmNews; at: EpochMs; subjects: [Subject, ...Subject[]] }
  | Unusable;

/** Whom an alarm is about, and what it watches of them. */
interface About {
  is: 'about';
  subjects: [Subject, ...Subject[]];
  of: Pick<AlarmNews, 'metrics' | 'says' | 'instances' | 'triggeringAlarms'>;
}

export const MAX_NAME = 255;
/** CloudWatch allows ten metrics in one alarm; this is what one event may make us do. */
const MAX_SUBJECTS = 500;

/**
 * Total. Alarms on other things may come as well: what is not about volumes is ignored before anything else of it is
 * looked at, so that somebody's odd alarm is never parked.
 */
export function readAlarm(event: Envelope): ReadAlarm {
  const { detail } = event;
  const about = aboutOf(event);
  if (about.is !== 'about') return about;
  const alarmName = oneLine(field(detail, 'alarmName'), MAX_NAME);
  if (alarmName === undefined) return malformed('detail.alarmName');
  const state = stateOf(field(detail, 'state', 'value'));
  if (state === undefined) return malformed('detail.state.value');
  const at = stateSince(detail, event.time);
  if (at === undefined) return malformed('detail.state.timestamp');
  const silence = silenceOf(detail);
  const opens = state === 'ALARM';
  if (opens && silence !== undefined) return { is: 'ignored', reason: silence };
  const suppressed = silence !== undefined;
  const news = { alarmName, state, opens, suppressed, ...about.of, ...extrasOf(event) };
  return { is: 'alarm', news, at, subjects: about.subjects };
}

function aboutOf(event: Envelope): About | Unusable {
  const configuration = field(event.detail, 'configuration');
  if (!isObject(configuration)) return malformed('detail.configuration');
  const metrics = field(configuration, 'metrics');
  if (Array.isArray(metrics)) return aboutMetrics(event, metrics);
  return typeof field(configuration, 'alarmRule') === 'string'
    ? aboutComposite(event)
    : { is: 'ignored', reason: 'its configuration names no metrics' };
}

function aboutMetrics(event: Envelope, entries: readonly unknown[]): About | Unusable {
  const watched = readMetrics(entries, event.account);
  if (watched.is !== 'watched') return watched;
  const { names, says } = watched;
  const isContributor = event.detailType === CONTRIBUTOR_STATE;
  const named = isContributor ? idsIn(field(event.detail, 'alarmContributor', 'attributes')) : watched;
  if (named === undefined) return malformed('detail.alarmContributor.attributes');
  const [first, ...rest] = subjectsIn(named);
  if (first === undefined) return { is: 'ignored', reason: whyNobody(watched.isGrouped && !isContributor) };
  const of = { metrics: names, says, instances: named.instances.slice(0, MAX_LISTED) };
  return { is: 'about', subjects: [first, ...rest], of };
}

/** A volume's diagnosis takes its instance in: one alarm never makes two incidents of the two. */
export function subjectsIn({ volumes, instances }: Named): Subject[] {
  const kind = volumes.length > 0 ? 'volume' : 'instance';
  return (volumes.length > 0 ? volumes : instances).slice(0, MAX_SUBJECTS).map((id) => ({ kind, id }));
}

function whyNobody(isTold: boolean): string {
  return isTold
    ? 'it watches many series: each of its contributors has events of its own'
    : 'it names neither a volume nor an instance';
}

/** It has no dimensions: which volumes it is about stands in the alarms that set it off. */
function aboutComposite(event: Envelope): About | Unusable {
  const id = alarmArnOf(event);
  if (id === undefined) return malformed('resources');
  const triggeringAlarms = triggeringAlarmsOf(event.detail);
  const of = { metrics: [], says: [], instances: [], triggeringAlarms };
  return { is: 'about', subjects: [{ kind: 'alarm', id }], of };
}

function malformed(path: string): Unusable {
  return { is: 'malformed', reason: `missing or bad field: ${path}` };
}
