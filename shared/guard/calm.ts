import type { Guard } from './guard.ts';

/** What restarts something on every node waits until the trouble is over, unless a person says: now. */
export const calmGuard: Guard = {
  name: 'calm',
  judge({ action, facts, isRunning, carriesOn }) {
    if (action.needsCalm !== true) return { verdict: 'allow', reason: 'the action needs none' };
    const { is, why, isUntouched } = facts.calm ?? { is: 'unknown', why: 'nobody said whether it is calm' };
    // Half of it is worse than either end; what was only looked at is no half.
    const isBegun = (isRunning === true || carriesOn) && isUntouched !== true;
    if (isBegun) return { verdict: 'allow', reason: 'begun already' };
    if (is === 'unknown') return { verdict: 'refuse', reason: `unknown: ${why}`, isUnknown: true };
    return { verdict: is === 'yes' ? 'allow' : 'ask', reason: why };
  },
};
