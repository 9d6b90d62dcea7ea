import type { EpochMs } from '../../shared/clock.ts';
import type { Fact } from '../../shared/fact.ts';
import { happenedAt, type Signal } from '../../shared/incident/signal.ts';
import type { AlarmState } from './alarm-news.ts';
import { alarmOf } from './signals.ts';

/** The sweep's own: a volume may be given less again. It opens an incident. */
export const STEP_BACK = 'step-back';

/** Nothing but giving back is the matter. With the first ALARM it is the alarm's, and stays so: an alarm wins. */
export function isSteppingBack(signals: readonly Signal[]): boolean {
  const rang = signals.some((signal) => alarmOf(signal)?.opens === true);
  return !rang && signals.some(({ kind }) => kind === STEP_BACK);
}

/** How an alarm, or one series of it, stood when CloudWatch was asked. */
export interface AlarmReading {
  /** That of its signals. */
  meaning: string;
  /** `deleted`: CloudWatch answers, and has no such alarm. */
  state: AlarmState | 'deleted';
  /** Absent: not said. */
  since?: EpochMs;
}

/** How the alarms of an incident stand, each by its newest state. */
export interface Standing {
  /** Names of those in ALARM. */
  firing: string[];
  /** Names of those that were deleted while they were not OK: they say nothing any more. */
  deleted: string[];
  /** Since when none is in ALARM; null while one is, or none was ever heard of. */
  clearSince: EpochMs | null;
  /** False: one of them stands as CloudWatch says, which did not say since when; `clearSince` is too early then. */
  isDated: boolean;
  /** None is in ALARM, but one has no data: unknown is not well. */
  isUnclear: boolean;
  /** When the newest of it was heard or, by CloudWatch, came to be; null: no alarm was ever heard of. */
  changedAt: EpochMs | null;
}

export function standingIn({
  facts,
  incident,
}: {
  facts: { alarms: Fact<AlarmReading[]> };
  incident: { signals: readonly Signal[] };
}): Standing {
  return standingOf(incident.signals, facts.alarms.known ? facts.alarms.value : []);
}

/** By the signals, and by what was read of those that are old. */
export function standingOf(signals: readonly Signal[], read: readonly AlarmReading[] = []): Standing {
  const readings = new Map(read.map((reading) => [reading.meaning, reading]));
  const all = newestNews(signals).map((signal) => stateOf(signal, readings.get(signal.meaning)));
  const namesIn = (state: AlarmReading['state']) =>
    all.filter((alarm) => alarm.state === state).map(({ name }) => name);
  const firing = namesIn('ALARM');
  const isUnclear = firing.length === 0 && namesIn('INSUFFICIENT_DATA').length > 0;
  const changedAt = all.length === 0 ? null : Math.max(...all.map(({ at }) => at));
  const isClear = firing.length === 0 && !isUnclear;
  return {
    firing,
    deleted: namesIn('deleted'),
    isUnclear,
    clearSince: isClear ? changedAt : null,
    isDated: all.every((alarm) => alarm.isDated),
    changedAt,
  };
}

/** Of each alarm, or series of one, the signal that counts. */
export function newestNews(signals: readonly Signal[]): Signal[] {
  const newest = new Map<string, Signal>();
  for (const signal of signals.filter((each) => alarmOf(each) !== undefined)) {
    const known = newest.get(signal.meaning);
    if (known === undefined || signal.occurredAt >= known.occurredAt) newest.set(signal.meaning, signal);
  }
  return [...newest.values()];
}

interface State {
  name: string;
  state: AlarmReading['state'];
  at: EpochMs;
  /** It came to be so then. */
  isDated: boolean;
}

/** What was read counts, unless it is older than what was heard: an answer of CloudWatch may be a moment behind. */
function stateOf(signal: Signal, reading: AlarmReading | undefined): State {
  const { alarmName: name = '', state = 'OK' } = alarmOf(signal) ?? {};
  const heard = { name, state, at: happenedAt(signal), isDated: true };
  if (reading === undefined || (reading.since ?? signal.occurredAt) < signal.occurredAt) return heard;
  const isDated = reading.since !== undefined || reading.state === state;
  return { name, state: reading.state, at: Math.max(heard.at, reading.since ?? 0), isDated };
}
