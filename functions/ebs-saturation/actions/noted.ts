import type { ActionContext } from '../../../shared/actions/action.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { stepKey } from '../../../shared/incident/step-key.ts';
import { noteChange, takeBackChange, takeBackFailed } from '../changes.ts';
import { beforeOf, goalOf } from './volume.ts';

/** That this step is about to be asked for, in the ledger. Doing it again changes nothing. */
export async function noteAsked(context: ActionContext, step: Step): Promise<void> {
  const { clock, table } = context.ports;
  const change = { key: keyOf(context, step), at: clock.now(), from: beforeOf(step), to: goalOf(step) };
  await noteChange(table, aboutOf(context, step), change);
}

/** It was not taken. */
export async function takeBack(context: ActionContext, step: Step): Promise<void> {
  await takeBackChange(context.ports.table, aboutOf(context, step), keyOf(context, step));
}

/** It was taken, and the volume is what it was all the same. */
export async function noteFailed(context: ActionContext, step: Step): Promise<void> {
  await takeBackFailed(context.ports.table, aboutOf(context, step), keyOf(context, step));
}

function aboutOf({ incident }: ActionContext, { targets }: Step) {
  return { place: incident.cluster, volumeId: targets[0].id };
}

/** Of this generation: the same step may be made again another day. */
function keyOf({ incident }: ActionContext, step: Step): string {
  return `${incident.id}#${incident.generation}#${stepKey(step)}`;
}
