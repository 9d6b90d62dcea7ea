import type { Action } from '../actions/action.ts';
import type { GuardFacts } from '../pipeline/trouble.ts';

type Kind = Pick<Action, 'disrupts' | 'concludes' | 'keeps' | 'gentle'>;

/** Nobody but us wants it: without it everything stays as it is. What lets go, or holds still, is not meant. */
export function isVoluntary(action: Kind, facts: Pick<GuardFacts, 'taken'>): boolean {
  return !facts.taken && action.concludes !== true && action.keeps !== true;
}

/** It costs the cluster a node that nobody takes. */
export function takesOnPurpose(action: Kind, facts: Pick<GuardFacts, 'taken'>): boolean {
  return !facts.taken && action.disrupts === true;
}

/** AWS takes the node, and the step respects every budget or only keeps or lets go: holding back saves nothing. */
export function isSpared(action: Kind, facts: Pick<GuardFacts, 'taken'>): boolean {
  return facts.taken && (action.gentle || action.keeps === true || action.concludes === true);
}
