import { humanDuration } from '../clock.ts';
import { mayGoOn, treatmentsOf } from '../incident/quarantine.ts';
import { stepKey } from '../incident/step-key.ts';
import type { Guard } from './guard.ts';
import { isVoluntary } from './voluntary.ts';

/**
 * What was done again and again to one subject does not help: a person's, until time has passed. A treatment under
 * way is brought to its end, and nodes AWS is taking are never held back.
 */
export const quarantineGuard: Guard = {
  name: 'quarantine',
  judge({ action, facts, policy, remembered, step, generation, carriesOn, now }) {
    if (!isVoluntary(action, facts)) return { verdict: 'allow', reason: 'nothing that is done on purpose' };
    const rule = policy.limitRules?.quarantine;
    const line = rule === undefined ? {} : { rule };
    const { treated } = remembered;
    if (!treated.known) {
      const reason = `what was done before could not be read: ${treated.why}`;
      return { verdict: 'refuse', reason, isUnknown: true, ...line };
    }
    const { actions, withinMs } = policy.quarantine;
    const recent = treated.value.filter(({ at }) => at > now - withinMs);
    const times = treatmentsOf(recent);
    const allowed = `${times} of ${actions} within ${humanDuration(withinMs)}`;
    const about = { generation, action: step.action, key: stepKey(step) };
    if (times < actions || carriesOn || mayGoOn(recent, about, actions)) {
      return { verdict: 'allow', reason: `treated ${allowed}`, ...line };
    }
    return { verdict: 'refuse', reason: `treated ${allowed} and it came back: a person’s now`, ...line };
  },
};
