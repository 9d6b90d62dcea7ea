import type { Action } from '../../../shared/actions/action.ts';
import { DrainLoop, goalOf } from '../drain/loop.ts';
import { nodeIsClear } from '../drain/verify.ts';

/** The last rung, only if configured: what is still there is deleted past its budget before the instance goes. */
export const forceDelete: Action = {
  name: 'force-delete',
  describe: 'deletes the remaining pods past their disruption budgets',
  permissions: {
    aws: [],
    kubernetes: ['list /pods', 'list policy/poddisruptionbudgets', 'delete /pods'],
  },
  risk: 'high',
  reversible: false,
  gentle: false,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
    return await new DrainLoop(context, kubernetes, goalOf(step), () => 'delete').run();
  },
  verify: nodeIsClear,
};
