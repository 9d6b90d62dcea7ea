import type { Guard } from './guard.ts';

/** What binds the account to somebody else is asked for each time, in every mode. */
export const consentGuard: Guard = {
  name: 'consent',
  judge({ action, isRunning, carriesOn }) {
    if (action.asks === undefined) return { verdict: 'allow', reason: 'the action needs none' };
    if (isRunning === true || carriesOn) return { verdict: 'allow', reason: 'begun already' };
    return { verdict: 'ask', reason: action.asks };
  },
};
