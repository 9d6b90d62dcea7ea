import type { Guard } from './guard.ts';

/** Leaves alone what another controller handles: two drainers on one node are worse than one. */
export const standDownGuard: Guard = {
  name: 'stand-down',
  judge({ facts, action }) {
    if (action.concludes) return { verdict: 'allow', reason: 'lets go only what we hold ourselves' };
    const { is, why } = facts.standDown;
    if (is === 'no') return { verdict: 'allow', reason: why };
    if (is === 'yes') return { verdict: 'refuse', reason: why };
    if (facts.taken && (action.gentle || action.keeps)) {
      return { verdict: 'allow', reason: `other controllers unknown (${why}), but the step cannot conflict` };
    }
    return { verdict: 'refuse', reason: `other controllers unknown: ${why}`, isUnknown: true };
  },
};
