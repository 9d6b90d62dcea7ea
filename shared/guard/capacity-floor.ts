import { ceilShare } from '../share.ts';
import type { Guard } from './guard.ts';
import { takesOnPurpose } from './voluntary.ts';

/** Nothing is taken from a group on purpose that would leave it with too little of what it should have. */
export const capacityFloorGuard: Guard = {
  name: 'capacity-floor',
  judge({ action, facts, policy }) {
    if (!takesOnPurpose(action, facts)) return { verdict: 'allow', reason: 'takes no node on purpose' };
    const rule = policy.limitRules?.capacityFloor;
    const about = rule === undefined ? {} : { rule };
    const { capacity } = facts;
    if (capacity === null) return { verdict: 'allow', reason: 'no group stands behind the node', ...about };
    if (capacity === undefined || !(capacity.desired >= 1)) {
      const reason = 'the capacity of its group is not known';
      return { verdict: 'refuse', reason, isUnknown: true, ...about };
    }
    const { group, desired, others } = capacity;
    const needed = neededOf(desired, policy.capacityFloor);
    const reason = `${others} of ${desired} nodes of ${group} would be in service, ${needed} must be`;
    if (others >= needed) return { verdict: 'allow', reason, ...about };
    return { verdict: 'refuse', reason, isUnknown: true, ...about };
  },
};

/** One node less is always possible, else groups of up to four could never be treated. */
export function neededOf(desired: number, floor: number): number {
  return Math.min(desired - 1, ceilShare(desired, floor));
}
