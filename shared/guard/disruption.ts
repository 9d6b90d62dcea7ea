import type { Guard } from './guard.ts';

/**
 * Binds what we take from a cluster on purpose. Nodes that AWS takes anyway use the budget up but are never
 * refused by it: holding back would not keep them.
 */
export const disruptionGuard: Guard = {
  name: 'disruption-budget',
  judge({ action, facts, policy, disruption }) {
    if (action.disrupts !== true) return { verdict: 'allow', reason: 'disrupts nothing' };
    if (facts.taken) return { verdict: 'allow', reason: 'AWS is taking the node anyway' };
    const rule = policy.limitRules?.disruptionBudget;
    const about = rule === undefined ? {} : { rule };
    if (disruption === undefined) {
      return { verdict: 'refuse', reason: 'the budget could not be read', isUnknown: true, ...about };
    }
    const { why: reason } = disruption;
    if (disruption.is === 'held' || disruption.is === 'free') return { verdict: 'allow', reason, ...about };
    if (disruption.is === 'alone') return { verdict: 'ask', reason, ...about };
    const { againAt } = disruption;
    return {
      verdict: 'refuse',
      reason,
      isUnknown: true,
      ...about,
      ...(againAt !== undefined && { againAt }),
    };
  },
};
