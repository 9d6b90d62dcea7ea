import type { Action } from '../../../shared/actions/action.ts';
import type { Chooser } from '../drain/loop.ts';
import { nodeIsClear } from '../drain/verify.ts';
import { climb } from './rung.ts';

/**
 * A budget that is short because its pods on this node are not ready blocks every healthy pod as well. Those
 * not-ready pods serve nobody: deleting them lets their controller replace them elsewhere. The others keep
 * being evicted within their budgets.
 */
export const deleteNotReady: Action = {
  name: 'delete-not-ready',
  describe: 'deletes not-ready pods of a budget that has fewer healthy pods than desired, and keeps evicting',
  permissions: {
    aws: [],
    kubernetes: [
      'get /nodes',
      'list /pods',
      'list policy/poddisruptionbudgets',
      'create /pods/eviction',
      'delete /pods',
    ],
  },
  risk: 'medium',
  reversible: false,
  gentle: false,
  cost: 'none',
  cooldownMs: 0,
  apply: (context, step) => climb(context, step, deleteBudgetEaters),
  verify: nodeIsClear,
};

export const deleteBudgetEaters: Chooser = (pod, budgets) => {
  if (pod.ready) return 'evict';
  const short = budgets.filter((budget) => budget.currentHealthy < budget.desiredHealthy);
  return short.some((budget) => pod.budgets.includes(budget.name)) ? 'delete' : 'evict';
};
