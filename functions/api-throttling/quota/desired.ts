import { MAX_FACTOR } from './policy.ts';

export interface Wish {
  /** The present value. */
  current: number;
  factor: number;
  /** From the config; absent: only the factor bounds it. */
  ceiling?: number | undefined;
}

export type Desired = { value: number; bound: string } | { why: string };

/** What RequestServiceQuotaIncrease takes at most. */
const MAX_VALUE = 1e10;
/** Refill rates such as 0.3 per second. */
const DECIMALS = 100;

/** The absolute value to ask for: always above the present one, never above three times it nor the ceiling. */
export function desiredValue({ current, factor, ceiling = MAX_VALUE }: Wish): Desired {
  if (!(current > 0 && current < MAX_VALUE))
    return { why: `a multiple of ${current} is no value to ask for` };
  const whole = Number.isInteger(current);
  const capped = Math.min(factor, MAX_FACTOR);
  const bound = Math.min(ceiling, current * MAX_FACTOR, MAX_VALUE);
  const most = whole ? Math.floor(bound) : bound;
  const wanted = roundedUp(current * capped, whole);
  const value = Math.min(wanted, most);
  if (!(value > current)) return { why: `the present value ${current} is at its ceiling of ${most}` };
  const isCut = wanted > most && bound === ceiling;
  return { value, bound: isCut ? 'its ceiling' : `${capped} times the present value` };
}

/** Binary fractions such as 1.1 × 100 = 110.00000000000001 are not 111. */
function roundedUp(value: number, whole: boolean): number {
  const unit = whole ? 1 : DECIMALS;
  return Math.ceil(value * unit - 1e-6) / unit;
}
