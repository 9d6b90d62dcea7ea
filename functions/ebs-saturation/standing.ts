import type { EpochMs } from '../../shared/clock.ts';
import { happenedAt, type Signal } from '../../shared/incident/signal.ts';
import { alarmOf } from './signals.ts';

/** The sweep's own: a volume may be given less again. It opens an incident. */
export const STEP_BACK = 'step-back';

/** Nothing but giving back is the matter. With the first ALARM it is the alarm's, and stays so: an alarm wins. */
export function isSteppingBack(signals: readonly Signal[]): boolean {
  const rang = signals.some((signal) => alarmOf(signal)?.opens === true);
  return !rang && signals.some(({ kind }) => kind === STEP_BACK);
}

/** How the alarms of an incident stand, each by its newest state. */
export interface Standing {
  /** Names of those in ALARM. */
  firing: string[];
  /** Since when none is; null while one is, or none was ever heard of. */
  clearSince: EpochMs | null;
  /** None is in ALARM, but one has no data: unknown is not well. */
  isUnclear: boolean;
}

export function standingOf(signals: readonly Signal[]): Standing {
  const newest = new Map<string, Signal>();
  for (const signal of signals.filter((each) => alarmOf(each) !== undefined)) {
    const known = newest.get(signal.meaning);
    if (known === undefined || signal.occurredAt >= known.occurredAt) newest.set(signal.meaning, signal);
  }
  const all = [...newest.values()];
  const inState = (state: string) => all.filter((signal) => alarmOf(signal)?.state === state);
  const firing = inState('ALARM').map((signal) => alarmOf(signal)?.alarmName ?? '');
  const isUnclear = firing.length === 0 && inState('INSUFFICIENT_DATA').length > 0;
  const isClear = firing.length === 0 && all.length > 0 && !isUnclear;
  return { firing, isUnclear, clearSince: isClear ? Math.max(...all.map(happenedAt)) : null };
}
