import type { Action } from '../../../shared/actions/action.ts';
import { DrainLoop, goalOf } from '../drain/loop.ts';
import { nodeIsClear } from '../drain/verify.ts';

/** Evicts every movable pod through the eviction API, which keeps every PodDisruptionBudget. */
export const drain: Action = {
  name: 'drain',
  describe: 'evicts the pods of the node within their disruption budgets',
  permissions: {
    aws: [],
    kubernetes: ['list /pods', 'list policy/poddisruptionbudgets', 'create /pods/eviction'],
  },
  risk: 'medium',
  reversible: false,
  gentle: true,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
    return await new DrainLoop(context, kubernetes, goalOf(step), () => 'evict').run();
  },
  verify: nodeIsClear,
};
