import { humanDuration } from '../../shared/clock.ts';
import { happenedAt, type Signal } from '../../shared/incident/signal.ts';
import type { TriggerDecision, TriggerInput } from '../../shared/pipeline/trouble.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { alarmOf } from './signals.ts';
import { isSteppingBack } from './standing.ts';

/**
 * An alarm opens once it has stood, or gone back and forth, for `alarm.standsFor`: measured from the first ALARM that
 * the incident knows, so that a flapping alarm neither starts over with each turn nor opens at its first. OK, no data
 * and modifications open nothing; they join what is open. What the sweep found opens at once.
 */
export function trigger({ signals, policy, now }: TriggerInput<EbsSaturationPolicy>): TriggerDecision {
  const { standsFor, maxEventAge } = policy.alarm;
  if (isSteppingBack(signals)) return { do: 'open' };
  const first = firstAlarmAt(signals);
  // Several signals are those of an open incident, which takes everything.
  const isAlone = signals.length <= 1;
  if (first === undefined) {
    return isAlone
      ? { do: 'nothing', why: 'it opens nothing by itself, and nothing is open' }
      : { do: 'open' };
  }
  if (isAlone && now - first > maxEventAge && !isFound(signals)) {
    return { do: 'nothing', why: `ALARM since ${humanDuration(now - first)}: heard of too late` };
  }
  const at = first + standsFor;
  const why = `ALARM has to stand for ${humanDuration(standsFor)}`;
  return at <= now ? { do: 'open' } : { do: 'look-again', at, why };
}

/** However long ago it began: that it is in ALARM was read just now. */
function isFound(signals: readonly Signal[]): boolean {
  return signals.some((signal) => alarmOf(signal)?.foundBy === 'sweep');
}

/** Anything but these joins what is open. */
export function opens(signal: Signal): boolean {
  return alarmOf(signal)?.opens === true || isSteppingBack([signal]);
}

function firstAlarmAt(signals: readonly Signal[]): number | undefined {
  const times = signals.filter((signal) => alarmOf(signal)?.opens === true).map(happenedAt);
  return times.length === 0 ? undefined : Math.min(...times);
}
