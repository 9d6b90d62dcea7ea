import type { Trouble } from '../pipeline/trouble.ts';
import type { ActionRisk } from './slack/view.ts';

/** What people are told of each action of these troubles, by its name. Pure. */
export function risksOf(troubles: readonly Pick<Trouble, 'actions'>[]): Record<string, ActionRisk> {
  const actions = troubles.flatMap((trouble) => trouble.actions);
  return Object.fromEntries(actions.map(({ name, risk, reversible }) => [name, { risk, reversible }]));
}
