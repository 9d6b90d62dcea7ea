import type { ActionContext, ActionResult, Verification } from '../../../shared/actions/action.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Addon, AddonIssue, AddonUpdate } from '../../../shared/ports/eks.ts';
import { notInEffect } from '../cni/index.ts';
import { ADDON, type AddonMemory, addonMemory, asMemory, envOf, readAddon } from './addon.ts';
import { readAwsNode, rolloutOf } from './aws-node.ts';
import type { Look } from './watch.ts';

/** EKS ends an update by itself; longer than this is nobody's roll-out. */
const UPDATE_WITHIN_MS = 45 * MINUTE_MS;
/** After EKS says it is done: the last nodes, and the live values. */
const HEALTHY_WITHIN_MS = 15 * MINUTE_MS;
const MAX_ISSUES = 3;

/** One look at a change that EKS took: goes on, is done, or has to be put back. */
export async function followAddon(context: ActionContext, step: Step, memory: AddonMemory): Promise<Look> {
  const now = context.ports.clock.now();
  const addon = await readAddon(context);
  const update = await updateOf(context, memory, addon);
  if (update.is === 'failed') return undoing(memory, update.why, now);
  if (update.is === 'under way') {
    const isLate = now > (memory.sent?.at ?? 0) + UPDATE_WITHIN_MS;
    if (isLate) return undoing(memory, 'the update did not end in time', now);
    return { soFar: 'EKS updates the add-on' };
  }
  const why = illness(addon);
  if (why !== undefined) return undoing(memory, why, now);
  if (memory.endedAt === undefined) {
    return again('EKS ended the update, the nodes follow', { ...memory, endedAt: now });
  }
  const health = await healthOf(context, step, memory);
  if (health.holds) return { end: doneWith(memory, health.evidence) };
  if (now > memory.endedAt + HEALTHY_WITHIN_MS) return undoing(memory, health.evidence, now);
  return { soFar: health.evidence };
}

/** Read anew: the configuration, the add-on's health, and the live values on every node. */
export async function verifyAddon(context: ActionContext, step: Step): Promise<Verification> {
  const memory = addonMemory(context);
  const addon = await readAddon(context);
  const why = illness(addon);
  if (why !== undefined) return { holds: false, evidence: why };
  if (memory !== undefined && addon.configurationValues !== memory.before.after) {
    return { holds: false, evidence: 'the configuration of the add-on is another one' };
  }
  return await healthOf(context, step, memory);
}

export function illness({ status, issues }: Addon): string | undefined {
  if (status === 'ACTIVE' && issues.length === 0) return undefined;
  return `the add-on is ${status}${issues.length === 0 ? '' : `: ${issuesText(issues)}`}`;
}

export function issuesText(issues: readonly AddonIssue[]): string {
  const shown = issues
    .slice(0, MAX_ISSUES)
    .map(({ code, message }) => [code, message].filter(Boolean).join(' '));
  return shown.join('; ');
}

type UpdateState = { is: 'under way' | 'ended' } | { is: 'failed'; why: string };

async function updateOf(
  { ports, incident }: ActionContext,
  { sent }: AddonMemory,
  addon: Addon,
): Promise<UpdateState> {
  if (sent?.updateId === undefined) return { is: addon.status === 'UPDATING' ? 'under way' : 'ended' };
  const { status, errors } = await ports.eks
    .describeAddonUpdate(incident.cluster.name, ADDON, sent.updateId)
    .catch((error: unknown) => byAddon(error, addon));
  if (status === 'Successful') return { is: 'ended' };
  if (status !== 'Failed' && status !== 'Cancelled') return { is: 'under way' };
  const why = errors.length === 0 ? '' : `: ${issuesText(errors)}`;
  return {
    is: 'failed',
    why: `EKS says that the update ${status === 'Failed' ? 'failed' : 'was cancelled'}${why}`,
  };
}

/** The add-on itself says less of an update, but enough to see a change that was made to its end. */
function byAddon(error: unknown, { status }: Addon): AddonUpdate {
  if (!isFailure(error, 'not-found', 'unauthorised')) throw error;
  return { status: status === 'UPDATING' ? 'InProgress' : 'Successful', errors: [] };
}

/** A DaemonSet that cannot be read now is not healthy and not ill: the time decides. */
async function healthOf(
  context: ActionContext,
  step: Step,
  memory: AddonMemory | undefined,
): Promise<Verification> {
  try {
    const daemonSet = await readAwsNode(context);
    const missing = notInEffect(daemonSet, envOf(step));
    if (missing.length > 0) return { holds: false, evidence: `not in effect: ${missing.join(', ')}` };
    const { isDone, text } = rolloutOf(daemonSet, memory?.before.unavailable ?? 0);
    return { holds: isDone, evidence: text };
  } catch (error) {
    if (!isFailure(error, 'not-found', 'unreachable', 'transient', 'throttled')) throw error;
    return { holds: false, evidence: `aws-node could not be read: ${error.message}` };
  }
}

function undoing(memory: AddonMemory, why: string, at: number): Look {
  return again(`being put back: ${why}`, { ...memory, undoing: { at, why } });
}

function again(summary: string, memory: AddonMemory): Look {
  return { end: { status: 'again', summary, memory: asMemory(memory) } };
}

function doneWith(memory: AddonMemory, evidence: string): ActionResult {
  return {
    status: 'done',
    summary: `the add-on ${ADDON} runs with the new settings; ${evidence}`,
    memory: asMemory({ ...memory, isTold: true }),
    lookAgain: true,
  };
}
