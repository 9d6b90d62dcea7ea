import type { Guard } from './guard.ts';

/** Acts only on what a second source confirmed to be ours; unknown is not ours. */
export const ownershipGuard: Guard = {
  name: 'ownership',
  judge({ facts, step }) {
    const { is, why } = facts.ownedOf?.[step.action] ?? facts.owned;
    if (is === 'unknown') return { verdict: 'refuse', reason: `unknown: ${why}`, isUnknown: true };
    return { verdict: is === 'yes' ? 'allow' : 'refuse', reason: why };
  },
};
