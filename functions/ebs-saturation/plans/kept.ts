import type { EpochMs } from '../../../shared/clock.ts';
import type { Plan } from '../../../shared/incident/plan.ts';
import type { Diagnosis } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { standingIn } from '../standing.ts';

const CLEAR_SEEN = 'clearSeenAt';
const RANG_FOR = 'rangFor';
const RANG_AT = 'rangAt';

/**
 * What the next look is told of this one: since when the alarm is clear, where that stands alone on what was seen, and what
 * it was about while it rang: three hours of metrics in which it is over do not tell that any more. Pure.
 */
export function keptOf(input: Input, diagnosis: Diagnosis): Pick<Plan, 'keep'> {
  const at = clearAt(input);
  const rang = rangFor(input, diagnosis);
  const keep = {
    ...(at !== null && !standingIn(input).isDated && { [CLEAR_SEEN]: at }),
    ...(rang !== undefined && { [RANG_FOR]: rang.cause, [RANG_AT]: rang.at }),
  };
  return Object.keys(keep).length === 0 ? {} : { keep };
}

/**
 * Since when no alarm is in ALARM; null while one is. Where CloudWatch gives no time, as of an alarm that it does not have
 * any more, from the look that found it so: one answer alone ends no incident. Pure.
 */
export function clearAt(input: Input): EpochMs | null {
  const { clearSince, isDated } = standingIn(input);
  if (clearSince === null || isDated) return clearSince;
  const seen = input.incident.plan?.keep?.[CLEAR_SEEN];
  return typeof seen === 'number' ? seen : input.now;
}

/** The cause that was found last while an alarm rang, and when. An alarm rings on for a while after it is over. Pure. */
export function rangFor(
  input: Input,
  { causes: [{ name, confidence }] }: Diagnosis,
): { cause: string; at: EpochMs } | undefined {
  const isCause = confidence !== 'possible' && name !== 'unknown' && name !== 'nothing-wrong';
  if (isCause && standingIn(input).firing.length > 0) return { cause: name, at: input.now };
  const known = input.incident.plan?.keep;
  const [cause, at] = [known?.[RANG_FOR], known?.[RANG_AT]];
  return typeof cause === 'string' && typeof at === 'number' ? { cause, at } : undefined;
}
