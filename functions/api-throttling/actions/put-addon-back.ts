import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { describeFailure, isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Addon } from '../../../shared/ports/eks.ts';
import { ADDON, type AddonMemory, asMemory, envOf, readAddon, tokenOf } from './addon.ts';
import { changedSince, readAwsNode, rolloutOf } from './aws-node.ts';
import { illness } from './follow-addon.ts';
import { restoreEnv } from './restore-env.ts';
import { type Look, watch } from './watch.ts';

/** The update back, and aws-node on every node. */
const BACK_WITHIN_MS = 60 * MINUTE_MS;
/** EKS answers the same token with the same update: one that failed is sent anew after so long. */
const SAME_UPDATE_MS = 10 * MINUTE_MS;

type Undoing = AddonMemory & Required<Pick<AddonMemory, 'undoing'>>;

/**
 * Puts the configuration back byte for byte and then the live variables, which EKS may have left as they were. Every
 * look reads first, so it goes on wherever a round or a crash left it. Ends `failed`: the step did not work.
 */
export async function putAddonBack(
  context: ActionContext,
  step: Step,
  memory: AddonMemory,
): Promise<ActionResult> {
  const { undoing } = memory;
  if (undoing === undefined) throw new Error('nothing to put back');
  const kept = { ...context, memory: asMemory(memory) };
  return await watch(kept, () => lookBackSafely(kept, step, { ...memory, undoing }));
}

/** What is not allowed stays so: a person must hear of it with what it was for. */
async function lookBackSafely(context: ActionContext, step: Step, memory: Undoing): Promise<Look> {
  try {
    return await lookBack(context, step, memory);
  } catch (error) {
    if (!isFailure(error, 'unauthorised', 'invalid', 'not-found')) throw error;
    return ended(memory, `NOT all put back: ${describeFailure(error)}`, false);
  }
}

async function lookBack(context: ActionContext, step: Step, memory: Undoing): Promise<Look> {
  const { before, undoing } = memory;
  const isLate = context.ports.clock.now() > undoing.at + BACK_WITHIN_MS;
  const addon = await readAddon(context);
  if (addon.status === 'UPDATING')
    return isLate ? ended(memory, 'NOT put back: EKS is still updating', false) : { soFar: 'EKS updates' };
  if (!isConfigured(addon, before)) {
    if (addon.configurationValues !== before.after) {
      return ended(memory, 'NOT put back: somebody else changed the configuration', false);
    }
    if (isLate) return ended(memory, 'NOT put back: the configuration is still the new one', false);
    await sendBack(context, step, memory);
    return { soFar: 'the configuration is being put back' };
  }
  return await lookAtNodes(context, step, memory, { addon, isLate });
}

/** EKS may read back nothing where `{}` was sent. */
function isConfigured({ configurationValues }: Addon, before: AddonMemory['before']): boolean {
  return [before.configurationValues, before.rollback].includes(configurationValues);
}

async function sendBack(context: ActionContext, step: Step, { before, undoing }: Undoing): Promise<void> {
  await context.checkStop();
  const attempt = Math.floor((context.ports.clock.now() - undoing.at) / SAME_UPDATE_MS);
  const change = { cluster: context.incident.cluster.name, name: ADDON };
  const token = tokenOf(context, step, `back-${attempt}`);
  try {
    await context.ports.eks.updateAddon({ ...change, configurationValues: before.rollback, token });
  } catch (error) {
    // Another update came first: it is waited for like ours.
    if (!isFailure(error, 'conflict')) throw error;
  }
}

async function lookAtNodes(
  context: ActionContext,
  step: Step,
  memory: Undoing,
  { addon, isLate }: { addon: Addon; isLate: boolean },
): Promise<Look> {
  const { before } = memory;
  const daemonSet = await readAwsNode(context);
  const { others, isPatched } = await restoreEnv(context, daemonSet, {
    set: envOf(step),
    before: before.env,
  });
  if (isPatched) return { soFar: 'the live variables are being put back' };
  const rollout = rolloutOf(daemonSet, before.unavailable);
  if (!rollout.isDone && !isLate) return { soFar: `put back; ${rollout.text}` };
  const changed = changedSince(daemonSet, before.env);
  const theirs = others.length > 0 ? `; changed by somebody else and left: ${others.join(', ')}` : '';
  const left = changed.length > 0 ? `, but for ${changed.join(', ')}${theirs}` : '';
  const ill = illness(addon);
  const health = ill === undefined ? rollout.text : `${rollout.text}; ${ill}`;
  return ended(memory, `configuration and variables are as before${left}; ${health}`, true);
}

function ended(memory: Undoing, text: string, isBack: boolean): Look {
  const { undoing } = memory;
  const kept = asMemory({ ...memory, undoing: { ...undoing, isBack }, isTold: true });
  return { end: { status: 'failed', summary: `${undoing.why}; ${text}`, memory: kept } };
}
