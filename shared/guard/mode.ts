import type { Guard } from './guard.ts';

/** off and observe refuse, approve asks unless the step may run by itself on a node AWS is taking, auto allows. */
export const modeGuard: Guard = {
  name: 'mode',
  judge({ policy, action, facts }) {
    const rule = policy.modeRule;
    if (policy.mode === 'off') return { verdict: 'refuse', reason: 'mode off', rule };
    if (policy.mode === 'observe') return { verdict: 'refuse', reason: 'mode observe', rule };
    if (policy.mode === 'auto') return { verdict: 'allow', reason: 'mode auto', rule };
    if (action.gentle && facts.taken && facts.gentleRunsInApproveMode) {
      return {
        verdict: 'allow',
        reason: 'mode approve, AWS is taking the node, the step respects budgets',
        rule,
      };
    }
    return { verdict: 'ask', reason: 'mode approve', rule };
  },
};
