import { ceilShare } from '../share.ts';
import type { Guard, GuardInput } from './guard.ts';
import { takesOnPurpose } from './voluntary.ts';

/** Nothing is taken from a group on purpose that would leave it with too little of what it should have. */
export const capacityFloorGuard: Guard = {
  name: 'capacity-floor',
  judge({ action, facts, policy, remembered }) {
    if (!takesOnPurpose(action, facts)) return { verdict: 'allow', reason: 'takes no node on purpose' };
    const rule = policy.limitRules?.capacityFloor;
    const about = rule === undefined ? {} : { rule };
    const { capacity } = facts;
    if (capacity === null) return { verdict: 'allow', reason: 'no group stands behind the node', ...about };
    if (capacity === undefined || !(capacity.desired >= 1)) {
      const reason = 'the capacity of its group is not known';
      return { verdict: 'refuse', reason, isUnknown: true, ...about };
    }
    const leaving = leavingOf(facts, remembered);
    if (leaving === undefined) {
      const reason = 'how many of its group AWS is taking could not be read';
      return { verdict: 'refuse', reason, isUnknown: true, ...about };
    }
    const { group, desired } = capacity;
    const others = Math.max(0, capacity.others - leaving);
    const needed = neededOf(desired, policy.capacityFloor);
    const reason = `${others} of ${desired} nodes of ${group} would be in service, ${needed} must be`;
    if (others >= needed) return { verdict: 'allow', reason, ...about };
    return { verdict: 'refuse', reason, isUnknown: true, ...about };
  },
};

/**
 * Members that AWS announced to take and that still read as in service: they are as good as out. Those that are down
 * already are in no count of what is in service.
 */
function leavingOf(
  { fleet = [], disruption }: GuardInput['facts'],
  { wentBad }: GuardInput['remembered'],
): number | undefined {
  if (!wentBad.known) return undefined;
  const bad = new Set(wentBad.value.map(({ subject }) => subject));
  const counted = new Set([...(disruption?.cluster.down ?? []), disruption?.node]);
  return fleet.filter(({ id, inGroup }) => inGroup && bad.has(id) && !counted.has(id)).length;
}

/**
 * One node less is always possible, else groups of up to four could never be treated. But for a floor of all of them,
 * which says that none may be missing.
 */
export function neededOf(desired: number, floor: number): number {
  return floor >= 1 ? desired : Math.min(desired - 1, ceilShare(desired, floor));
}
