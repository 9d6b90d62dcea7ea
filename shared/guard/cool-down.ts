import { humanDuration } from '../clock.ts';
import { isHeldBy } from '../incident/cooldowns.ts';
import { stepKey } from '../incident/step-key.ts';
import type { Guard } from './guard.ts';
import { isSpared } from './voluntary.ts';

/** The same action on the same target waits its time, whoever did it last. A step that goes on is the same step. */
export const coolDownGuard: Guard = {
  name: 'cool-down',
  judge({ action, facts, step, remembered, incidentId, generation, carriesOn, now }) {
    if (!(action.cooldownMs > 0)) return { verdict: 'allow', reason: 'none for this action' };
    if (carriesOn) return { verdict: 'allow', reason: 'begun already' };
    if (isSpared(action, facts)) return { verdict: 'allow', reason: 'AWS is taking the node anyway' };
    const key = stepKey(step);
    const cooldown = remembered.cooldowns.get(key);
    if (cooldown?.known !== true) {
      const reason = `when it was last done could not be read: ${cooldown?.why ?? 'not asked'}`;
      return { verdict: 'refuse', reason, isUnknown: true };
    }
    const last = cooldown.value;
    if (last === null || !(last.until > now)) return { verdict: 'allow', reason: 'not done lately' };
    if (isHeldBy(last, { incidentId, generation, key })) return { verdict: 'allow', reason: 'begun already' };
    const ago = humanDuration(now - last.startedAt);
    const reason = `begun ${ago} ago for ${last.incidentId}; again in ${humanDuration(last.until - now)}`;
    return { verdict: 'refuse', reason, isUnknown: true, againAt: last.until };
  },
};
