import type { Action } from '../../../shared/actions/action.ts';
import { nodeIsClear } from '../drain/verify.ts';
import { climb } from './rung.ts';

/** Evicts every movable pod through the eviction API, which keeps every PodDisruptionBudget. */
export const drain: Action = {
  name: 'drain',
  describe: 'evicts the pods of the node within their disruption budgets',
  permissions: {
    aws: [],
    kubernetes: ['get /nodes', 'list /pods', 'list policy/poddisruptionbudgets', 'create /pods/eviction'],
  },
  risk: 'medium',
  reversible: false,
  gentle: true,
  disrupts: true,
  cost: 'none',
  cooldownMs: 0,
  apply: (context, step) => climb(context, step, () => 'evict'),
  verify: nodeIsClear,
};
