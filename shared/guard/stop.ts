import type { Guard } from './guard.ts';

/**
 * Engaged stops everything, and so does a switch that IAM hides from us: that is how people stop what does not listen.
 * Unreadable counts as engaged, except for steps that respect every budget on a node AWS is taking anyway: there,
 * holding back cannot save anything.
 */
export const stopGuard: Guard = {
  name: 'stop-switch',
  judge({ stop, action, facts }) {
    if (stop.state === 'clear') return { verdict: 'allow', reason: 'not engaged' };
    if (stop.state === 'engaged') {
      return { verdict: 'refuse', reason: `engaged by ${stop.by}: ${stop.reason}` };
    }
    if (stop.state === 'denied') {
      return { verdict: 'refuse', reason: `engaged by an explicit Deny: ${stop.why}` };
    }
    if (action.gentle && facts.taken) {
      return {
        verdict: 'allow',
        reason: `unreadable (${stop.why}), but AWS is taking the node and budgets hold`,
      };
    }
    return { verdict: 'refuse', reason: `unreadable, so treated as engaged: ${stop.why}`, isUnknown: true };
  },
};
