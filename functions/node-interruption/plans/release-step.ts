import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { nodeTarget } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';

/** How long a person may think about giving an emptied instance back. */
const MAX_WAIT_MS = 12 * HOUR_MS;

/** Gives the emptied instance back. A group with capacity rebalancing ends the old instance itself. */
export function releaseStep({ facts, incident }: Input, node: NodeSummary, until: EpochMs): Step[] {
  const group = facts.group.known ? facts.group.value : null;
  if (group === null || group.capacityRebalance) return [];
  const { id } = incident.subject;
  return [
    {
      action: 'release',
      targets: [{ kind: 'instance', id, name: id }, nodeTarget(node)],
      goal: { group: group.name, lowerDesired: true },
      reason: 'its replacement runs and it is empty: the group gives it back',
      answerBy: until + MAX_WAIT_MS,
    },
  ];
}
