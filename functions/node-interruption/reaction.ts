import type { EpochMs } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Input } from './input.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

export type Reaction =
  | { is: 'ignore'; why: string }
  /** EKS replaces nodes of its managed groups itself: draining them as well would be draining twice. */
  | { is: 'watch' }
  | { is: 'cordon' | 'launch-then-drain' };

/** By the name of the EKS node group, of the Auto Scaling group, or else for all. */
export function chosenReaction({ facts, policy }: Input): Reaction {
  const { action, groups } = policy.rebalance;
  const group = facts.group.known ? facts.group.value : null;
  const names = [group?.nodegroup, group?.name].filter((name) => typeof name === 'string');
  const name = names.find((each) => Object.hasOwn(groups, each));
  const chosen = name === undefined ? action : (groups[name] ?? action);
  const where = name === undefined ? 'rebalance.action' : `rebalance.groups.${name}`;
  if (chosen === 'ignore') return { is: 'ignore', why: `${where} is ignore` };
  if (group !== null && group.nodegroup !== null) return { is: 'watch' };
  return { is: chosen };
}

/** What was begun already: it is not changed in the middle. */
export function begunReaction({ records }: Incident): 'cordon' | 'launch-then-drain' | undefined {
  if (records.some(({ step }) => step.action === 'add-capacity')) return 'launch-then-drain';
  return records.some(({ step, state }) => step.action === 'cordon' && state === 'done')
    ? 'cordon'
    : undefined;
}

export function replacementBy({ rebalance }: NodeInterruptionPolicy, since: EpochMs): EpochMs {
  return since + rebalance.replacementWithin;
}

/** The end of everything that is done on purpose for one recommendation. */
export function voluntaryUntil(policy: NodeInterruptionPolicy, since: EpochMs): EpochMs {
  return replacementBy(policy, since) + policy.rebalance.drainWithin;
}
