import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import { known } from '../../../shared/fact.ts';
import { diagnose } from '../diagnose/index.ts';
import type { Diagnosis, Input as Look } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { between, type Measured } from '../measure/measured.ts';
import { performancesOf } from '../plans/asked.ts';
import { changeRecords } from '../plans/change-step.ts';
import { rangFor } from '../plans/kept.ts';

/** What is told of an incident, and by which look at the volume. */
export interface Told {
  diagnosis: Diagnosis;
  look: Look;
  /** Said where the numbers are not those of now. */
  lines: string[];
}

/**
 * Of a volume that is well again, or of which too little was measured since: what it was changed for, or what its alarm rang
 * for. That nothing is wrong, or that the cause is unknown, would contradict what was said and done. Whatever is wrong now
 * goes before. Pure.
 */
export function toldOf(input: Input, now: Told): Told {
  if (!isEmpty(now.diagnosis)) return now;
  const { facts, incident } = input;
  const done = changeRecords({ incident }).findLast(({ state, ran }) => state === 'done' && ran === true);
  if (done !== undefined) {
    const look: Look = {
      ...now.look,
      performance: known(performancesOf(done.step).from, 'the ledger', done.startedAt),
      modification: known(null, now.look.modification.source, now.look.modification.at),
    };
    const line = `as it was before its change at ${isoTime(done.startedAt)}:`;
    return asOf(look, facts.before ?? facts.measured, done.startedAt, line) ?? now;
  }
  const rang = rangFor(input, now.diagnosis);
  if (rang === undefined) return now;
  const line = `as it was at ${isoTime(rang.at)}, while the alarm rang; now it is over:`;
  return asOf(now.look, facts.measured, rang.at, line) ?? now;
}

/** Undefined: nothing was to be seen then either. */
function asOf(now: Look, measured: Measured, at: EpochMs, line: string): Told | undefined {
  const { from, to } = measured.window;
  const look: Look = { ...now, measured: between(measured, { from, to: Math.min(to, at) }) };
  const diagnosis = diagnose(look);
  return isEmpty(diagnosis) ? undefined : { diagnosis, look, lines: [line] };
}

function isEmpty({ causes: [{ name }] }: Diagnosis): boolean {
  return name === 'unknown' || name === 'nothing-wrong';
}
