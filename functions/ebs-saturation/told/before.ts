import { isoTime } from '../../../shared/clock.ts';
import { known } from '../../../shared/fact.ts';
import { diagnose } from '../diagnose/index.ts';
import type { Diagnosis, Input as Look } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { between } from '../measure/measured.ts';
import { performancesOf } from '../plans/asked.ts';
import { changeRecords } from '../plans/change-step.ts';

/** What is told of an incident, and by which look at the volume. */
export interface Told {
  diagnosis: Diagnosis;
  look: Look;
  /** Said where the numbers are not those of now. */
  lines: string[];
}

/**
 * Of a volume that is well again, or of which too little was measured since, what it was changed for: that nothing is wrong, or
 * that the cause is unknown, would contradict the change. Whatever is wrong now goes before. Pure.
 */
export function toldOf({ facts, incident }: Pick<Input, 'facts' | 'incident'>, now: Told): Told {
  const done = changeRecords({ incident }).findLast(({ state, ran }) => state === 'done' && ran === true);
  if (done === undefined || !isEmpty(now.diagnosis)) return now;
  const measured = facts.before ?? facts.measured;
  const { from, to } = measured.window;
  const { modification } = now.look;
  const look: Look = {
    ...now.look,
    performance: known(performancesOf(done.step).from, 'the ledger', done.startedAt),
    modification: known(null, modification.source, modification.at),
    measured: between(measured, { from, to: Math.min(to, done.startedAt) }),
  };
  const diagnosis = diagnose(look);
  if (isEmpty(diagnosis)) return now;
  return { diagnosis, look, lines: [`as it was before its change at ${isoTime(done.startedAt)}:`] };
}

function isEmpty({ causes: [{ name }] }: Diagnosis): boolean {
  return name === 'unknown' || name === 'nothing-wrong';
}
