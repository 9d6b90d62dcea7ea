import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import type { Maximum, PortError } from '../../../shared/errors.ts';
import { releaseCooldown } from '../../../shared/incident/cooldowns.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { stepKey } from '../../../shared/incident/step-key.ts';
import { quotaBehind } from '../limits/quotas.ts';
import { LIMITS } from '../limits/table.ts';
import { noteMaximum } from '../maxima.ts';
import { goalOf } from './volume.ts';

/** EC2 has refused the step, and nothing was changed: what is said of it, and what is learned. */
export async function refused(context: ActionContext, step: Step, error: PortError): Promise<ActionResult> {
  const code = error.code ?? error.kind;
  const quota = quotaBehind(code, goalOf(step).type);
  const help = quota === undefined ? '' : `; ${quota}`;
  const summary = `EC2 does not take it (${code}): ${error.message}${help}`;
  const maximum = newMaximum(error, step);
  if (maximum === undefined) return { status: 'failed', summary };
  const { ports, incident } = context;
  const { clock, table } = ports;
  await noteMaximum(table, incident.cluster, maximum, clock.now());
  // Nothing was done, and the smaller step is another one: it need not wait for this one's cool-down.
  const holder = { incidentId: incident.id, generation: incident.generation, key: stepKey(step) };
  await releaseCooldown(table, incident.cluster, step, holder);
  return { status: 'failed', summary, memory: { maximum: { ...maximum } } };
}

/** Only less than was asked for, and no less than every gp3 has, is a maximum that leaves something to ask for. */
function newMaximum({ maximum }: PortError, step: Step): Maximum | undefined {
  const to = goalOf(step);
  if (maximum === undefined || to.type !== 'gp3') return undefined;
  const { of, value } = maximum;
  return value >= LIMITS.gp3[of].min && value < to[of] ? maximum : undefined;
}
