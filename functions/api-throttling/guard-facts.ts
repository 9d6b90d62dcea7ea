import { HOUR_MS } from '../../shared/clock.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import type { Input } from './input.ts';

/** The plan has no steps: whatever asks to act here is refused, because nothing confirms a target. */
export function guardFacts({ now }: Input): GuardFacts {
  return {
    owned: { is: 'unknown', why: 'a caller is no resource of a cluster' },
    standDown: { is: 'no', why: 'nobody else looks after throttled calls' },
    taken: false,
    gentleRunsInApproveMode: false,
    freshUntil: now + HOUR_MS,
  };
}
