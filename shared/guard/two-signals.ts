import type { LossSignal } from '../pipeline/trouble.ts';
import type { Guard } from './guard.ts';

const ENOUGH = 2;

/** A node is lost only when two independent sources say so and none says the opposite. */
export const twoSignalsGuard: Guard = {
  name: 'two-signals',
  judge({ action, facts }) {
    if (action.onLoss !== true) return { verdict: 'allow', reason: 'does not rest on the node being lost' };
    const signals = facts.losses ?? [];
    const lost = signals.filter(({ says }) => says === 'lost');
    const alive = signals.filter(({ says }) => says === 'alive');
    // A source that is heard twice is one source.
    const sources = new Set(lost.map(({ source }) => source));
    if (alive.length > 0) {
      const reason = `signals disagree: ${evidence([...alive, ...lost])}`;
      return { verdict: 'refuse', reason, isUnknown: true };
    }
    if (sources.size >= ENOUGH) return { verdict: 'allow', reason: evidence(lost) };
    const heard = signals.length === 0 ? 'no signal says so' : evidence(signals);
    const reason = `lost by ${sources.size} of ${ENOUGH} independent signals: ${heard}`;
    return { verdict: 'refuse', reason, isUnknown: true };
  },
};

function evidence(signals: readonly LossSignal[]): string {
  return signals.map(({ evidence: text }) => text).join('; ');
}
