import type { Environment } from '../../pipeline/environment.ts';
import { remediation } from '../../pipeline/remediate.ts';
import type { Trouble } from '../../pipeline/trouble.ts';
import { durableHandler } from '../../workflow/durable.ts';

/** Durable execution → remediate. */
export function remediateHandler<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  return durableHandler(remediation(trouble, environment));
}
