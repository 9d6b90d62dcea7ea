import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';

const RECLAIMS = ['spot-interruption', 'capacity-interruption'];

/**
 * AWS takes the node, or its machine ended without anything said before. A recommendation is a risk, a hook its group's
 * own decision, and the end of what was announced no second event.
 */
export function wentBad({ signals }: Incident, { kind }: Signal): boolean {
  if (RECLAIMS.includes(kind)) return true;
  return kind === 'state-change' && signals.every((signal) => signal.kind === 'state-change');
}
