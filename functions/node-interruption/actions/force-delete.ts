import type { Action } from '../../../shared/actions/action.ts';
import { nodeIsClear } from '../drain/verify.ts';
import { climb } from './rung.ts';

/** The last rung, only if configured: what is still there is deleted past its budget before the instance goes. */
export const forceDelete: Action = {
  name: 'force-delete',
  describe: 'deletes the remaining pods past their disruption budgets',
  permissions: {
    aws: [],
    kubernetes: ['get /nodes', 'list /pods', 'list policy/poddisruptionbudgets', 'delete /pods'],
  },
  risk: 'high',
  reversible: false,
  gentle: false,
  cost: 'none',
  cooldownMs: 0,
  apply: (context, step) => climb(context, step, () => 'delete'),
  verify: nodeIsClear,
};
