import type { Guard } from './guard.ts';

/**
 * off and observe refuse, auto allows, approve asks unless AWS is taking the node and the step is one that may
 * then run by itself.
 */
export const modeGuard: Guard = {
  name: 'mode',
  judge({ policy, action, facts, isRunning }) {
    const rule = policy.modeRule;
    if (policy.mode === 'off') return { verdict: 'refuse', reason: 'mode off', rule };
    if (policy.mode === 'observe') return { verdict: 'refuse', reason: 'mode observe', rule };
    if (policy.mode === 'auto') return { verdict: 'allow', reason: 'mode auto', rule };
    if (action.mustEnd && isRunning === true) {
      return {
        verdict: 'allow',
        reason: 'mode approve, begun already: half of it is worse than either end',
        rule,
      };
    }
    if (action.gentle && facts.taken && facts.gentleRunsInApproveMode) {
      return {
        verdict: 'allow',
        reason: 'mode approve, AWS is taking the node, the step respects budgets',
        rule,
      };
    }
    if (facts.taken && action.keeps) {
      return { verdict: 'allow', reason: 'mode approve, the step only keeps things as they are', rule };
    }
    if (action.concludes) {
      return {
        verdict: 'allow',
        reason: 'mode approve, the step only lets go what an earlier one held',
        rule,
      };
    }
    return { verdict: 'ask', reason: 'mode approve', rule };
  },
};
