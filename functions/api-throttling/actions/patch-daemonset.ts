import type { Action, ActionContext, ActionResult, Verification } from '../../../shared/actions/action.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import { describeFailure, isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { DaemonSet } from '../../../shared/ports/kubernetes.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { conditionalOn, daemonSetChange, notInEffect } from '../cni/index.ts';
import { envOf } from './addon.ts';
import {
  changedSince,
  type LiveEnv,
  liveEnv,
  NAME,
  NAMESPACE,
  readAwsNode,
  rolloutOf,
  unavailableOf,
} from './aws-node.ts';
import { restoreEnv } from './restore-env.ts';
import { assertBack, failed, type Look, watch } from './watch.ts';

/** A tenth of the nodes at a time, as the DaemonSet's own strategy has it. */
const ROLLED_OUT_WITHIN_MS = 45 * MINUTE_MS;

/** What is kept between rounds: the pre-image first. */
interface Memory {
  before: { env: LiveEnv; unavailable: number };
  sentAt?: EpochMs;
  undoing?: { at: EpochMs; why: string; isBack?: boolean };
  /** It ended, and the summary of the step says how. */
  isTold?: true;
}

/** New settings for an aws-node that nobody else declares: the named variables, and nothing beside them. */
export const patchDaemonSet: Action = {
  name: 'patch-daemonset',
  describe: 'sets variables of the DaemonSet aws-node, waits for every node, and puts them back if it fails',
  permissions: { aws: [], kubernetes: ['list apps/daemonsets', 'patch apps/daemonsets'] },
  risk: 'high',
  reversible: true,
  gentle: false,
  needsCalm: true,
  mustEnd: true,
  cost: 'none; more addresses of the subnets may be held',
  cooldownMs: 6 * HOUR_MS,
  apply: async (context, step) => {
    const memory = memoryOf(context);
    if (memory === undefined) return await noteBefore(context, step);
    if (memory.undoing !== undefined) return await putBack(context, step, memory);
    if (memory.sentAt === undefined) return await send(context, step, memory);
    return await watch(context, () => look(context, step, memory));
  },
  verify: async (context, step) => healthOf(await same(context, step), step, memoryOf(context)),
  undo: async (context, step) => {
    const memory = memoryOf(context);
    if (memory === undefined) return;
    const undoing = { at: context.ports.clock.now(), why: 'what was read back does not hold' };
    const result = await putBack(context, step, { ...memory, undoing });
    assertBack(result);
  },
};

function memoryOf({ memory }: ActionContext): Memory | undefined {
  return memory['before'] === undefined ? undefined : (memory as unknown as Memory);
}

function kept(memory: Memory): { [name: string]: Json } {
  return memory as unknown as { [name: string]: Json };
}

/** Another object of its name is not the one that was looked at. */
async function same(context: ActionContext, step: Step): Promise<DaemonSet | undefined> {
  const daemonSet = await readAwsNode(context);
  return daemonSet.metadata?.uid === step.targets[0].id ? daemonSet : undefined;
}

async function noteBefore(context: ActionContext, step: Step): Promise<ActionResult> {
  const daemonSet = await same(context, step);
  if (daemonSet === undefined) return failed('another DaemonSet has its name: nothing was changed');
  const change = daemonSetChange(daemonSet, envOf(step));
  if (!change.ok) return failed(`nothing was changed: ${change.why}`);
  const before = { env: liveEnv(daemonSet, envOf(step)), unavailable: unavailableOf(daemonSet) };
  return { status: 'again', summary: 'what is there was noted', memory: kept({ before }) };
}

async function send(context: ActionContext, step: Step, memory: Memory): Promise<ActionResult> {
  const daemonSet = await same(context, step);
  if (daemonSet === undefined) return failed('another DaemonSet has its name: nothing was changed');
  const sent = kept({ ...memory, sentAt: context.ports.clock.now() });
  const summary = 'aws-node restarts with the new settings, node by node';
  // Ours already: the answer, or this round, was lost.
  if (notInEffect(daemonSet, envOf(step)).length === 0) return { status: 'again', summary, memory: sent };
  if (changedSince(daemonSet, memory.before.env).length > 0) {
    return failed('somebody changed its variables in the meantime: nothing was changed');
  }
  const change = daemonSetChange(daemonSet, envOf(step));
  if (!change.ok) return failed(`nothing was changed: ${change.why}`);
  await context.checkStop();
  const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
  const patch = conditionalOn(daemonSet.metadata?.resourceVersion ?? '', change.patch);
  await kubernetes.patchDaemonSet({ namespace: NAMESPACE, name: NAME }, patch);
  return { status: 'again', summary, memory: sent };
}

async function look(context: ActionContext, step: Step, memory: Memory): Promise<Look> {
  const now = context.ports.clock.now();
  const health = healthOf(await same(context, step), step, memory);
  if (health.holds) {
    const summary = `aws-node runs with the new settings; ${health.evidence}`;
    return { end: { status: 'done', summary, memory: kept({ ...memory, isTold: true }), lookAgain: true } };
  }
  if (now <= (memory.sentAt ?? 0) + ROLLED_OUT_WITHIN_MS) return { soFar: health.evidence };
  const undoing = { at: now, why: health.evidence };
  const summary = `being put back: ${health.evidence}`;
  return { end: { status: 'again', summary, memory: kept({ ...memory, undoing }) } };
}

function healthOf(daemonSet: DaemonSet | undefined, step: Step, memory: Memory | undefined): Verification {
  if (daemonSet === undefined) return { holds: false, evidence: 'the DaemonSet is another one' };
  const missing = notInEffect(daemonSet, envOf(step));
  if (missing.length > 0) return { holds: false, evidence: `not in effect: ${missing.join(', ')}` };
  const { isDone, text } = rolloutOf(daemonSet, memory?.before.unavailable ?? 0);
  return { holds: isDone, evidence: text };
}

async function putBack(context: ActionContext, step: Step, memory: Memory): Promise<ActionResult> {
  const { undoing = { at: 0, why: '' } } = memory;
  const ended = (text: string, isBack: boolean): Look => {
    const ending = kept({ ...memory, undoing: { ...undoing, isBack }, isTold: true });
    return { end: { status: 'failed', summary: `${undoing.why}; ${text}`, memory: ending } };
  };
  return await watch({ ...context, memory: kept(memory) }, async () => {
    try {
      return await lookBack(context, step, { ...memory, undoing }, ended);
    } catch (error) {
      if (!isFailure(error, 'unauthorised', 'invalid', 'not-found')) throw error;
      return ended(`NOT put back: ${describeFailure(error)}`, false);
    }
  });
}

async function lookBack(
  context: ActionContext,
  step: Step,
  { before, undoing }: Required<Pick<Memory, 'before' | 'undoing'>>,
  ended: (text: string, isBack: boolean) => Look,
): Promise<Look> {
  const daemonSet = await same(context, step);
  if (daemonSet === undefined) return ended('NOT put back: the DaemonSet is another one', false);
  const set = envOf(step);
  const { others, isPatched } = await restoreEnv(context, daemonSet, { set, before: before.env });
  if (isPatched) return { soFar: 'the variables are being put back' };
  const rollout = rolloutOf(daemonSet, before.unavailable);
  const isLate = context.ports.clock.now() > undoing.at + ROLLED_OUT_WITHIN_MS;
  if (!rollout.isDone && !isLate) return { soFar: `put back; ${rollout.text}` };
  const theirs = others.length > 0 ? `, but for ${others.join(', ')}, which somebody else changed` : '';
  return ended(`variables are as before${theirs}; ${rollout.text}`, true);
}
