import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { HOUR_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { addonChange } from '../cni/index.ts';
import { ADDON, type AddonMemory, addonMemory, asMemory, envOf, readAddon, tokenOf } from './addon.ts';
import { liveEnv, readAwsNode, unavailableOf } from './aws-node.ts';
import { followAddon, illness, verifyAddon } from './follow-addon.ts';
import { putAddonBack } from './put-addon-back.ts';
import { assertBack, failed, watch } from './watch.ts';

/** The pre-image stands in the ledger's row. */
const MAX_TEXT = 16_000;

/**
 * New settings for a VPC CNI that EKS manages: merged into the configuration that is there, followed until aws-node runs
 * with them on every node, and put back exactly when that does not come.
 */
export const updateAddon: Action = {
  name: 'update-addon',
  describe: 'gives the EKS add-on vpc-cni new settings, waits for every node, and puts them back if it fails',
  permissions: {
    aws: ['eks:DescribeAddon', 'eks:DescribeAddonConfiguration', 'eks:DescribeUpdate', 'eks:UpdateAddon'],
    kubernetes: ['list apps/daemonsets', 'patch apps/daemonsets'],
  },
  risk: 'high',
  reversible: true,
  gentle: false,
  needsCalm: true,
  mustEnd: true,
  cost: 'none; more addresses of the subnets may be held',
  cooldownMs: 6 * HOUR_MS,
  apply: async (context, step) => {
    const memory = addonMemory(context);
    if (memory === undefined) return await noteBefore(context, step);
    if (memory.undoing !== undefined) return await putAddonBack(context, step, memory);
    if (memory.sent === undefined) return await send(context, step, memory);
    return await watch(context, () => followAddon(context, step, memory));
  },
  verify: verifyAddon,
  undo: async (context, step) => {
    const memory = addonMemory(context);
    if (memory === undefined) return;
    const undoing = { at: context.ports.clock.now(), why: 'what was read back does not hold' };
    const result = await putAddonBack(context, step, { ...memory, undoing });
    assertBack(result);
  },
};

/** The pre-image is in the ledger before anything is changed. */
async function noteBefore(context: ActionContext, step: Step): Promise<ActionResult> {
  const { eks, clock } = context.ports;
  const [addon, daemonSet] = await Promise.all([readAddon(context), readAwsNode(context)]);
  // What is ill already would be taken for ill by the change, and undone.
  const ill = illness(addon);
  if (ill !== undefined) return failed(`${ill}: nothing was changed`);
  if (addon.configurationValues.length > MAX_TEXT) return failed('its configuration is too long to be kept');
  const schema = await eks.describeAddonSchema(ADDON, addon.version);
  const { readConfiguration } = await import('../cni/addon-text.ts');
  const read = readConfiguration(addon.configurationValues);
  if (!read.ok) return failed(`nothing was changed: ${read.why}`);
  const change = addonChange(read.configuration, schema, envOf(step));
  if (!change.ok) return failed(`nothing was changed: ${change.why}`);
  const before = {
    at: clock.now(),
    configurationValues: addon.configurationValues,
    after: change.update.configurationValues,
    rollback: change.update.rollback,
    env: liveEnv(daemonSet, envOf(step)),
    unavailable: unavailableOf(daemonSet),
  };
  return { status: 'again', summary: 'what is there was noted', memory: asMemory({ before }) };
}

async function send(context: ActionContext, step: Step, memory: AddonMemory): Promise<ActionResult> {
  const { eks, clock } = context.ports;
  const { before } = memory;
  await context.checkStop();
  const addon = await readAddon(context);
  const sent = (updateId?: string): ActionResult => ({
    status: 'again',
    summary: 'EKS updates the add-on',
    memory: asMemory({ ...memory, sent: { at: clock.now(), ...(updateId !== undefined && { updateId }) } }),
  });
  // Ours already: the answer, or this round, was lost.
  if (addon.configurationValues === before.after) return sent();
  if (addon.configurationValues !== before.configurationValues) {
    return failed('somebody changed the configuration in the meantime: nothing was changed');
  }
  try {
    const change = { cluster: context.incident.cluster.name, name: ADDON };
    const token = tokenOf(context, step, 'there');
    return sent(await eks.updateAddon({ ...change, configurationValues: before.after, token }));
  } catch (error) {
    if (isFailure(error, 'conflict')) return failed('another update of the add-on is under way');
    if (isFailure(error, 'invalid')) return failed(`EKS does not take it: ${error.message}`);
    throw error;
  }
}
