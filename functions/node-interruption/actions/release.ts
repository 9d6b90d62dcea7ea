import type { Action, ActionContext } from '../../../shared/actions/action.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { isCordoned } from '../markers.ts';
import { leftAlone } from '../pods.ts';
import { connect, getIfSame } from './same-node.ts';

/** Gives an emptied instance back through its group, lowering the capacity that was raised for its replacement. */
export const release: Action = {
  name: 'release',
  describe: 'terminates the emptied instance through its Auto Scaling group, whose own hooks run',
  permissions: {
    aws: ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:DescribeAutoScalingInstances'],
    kubernetes: ['get /nodes', 'list /pods'],
  },
  risk: 'high',
  reversible: false,
  gentle: false,
  disrupts: true,
  cost: 'none: the group is back at its former size',
  cooldownMs: 30 * MINUTE_MS,
  apply: async (context, step) => {
    const state = await lifecycleState(context, step);
    if (state === undefined) return { status: 'done', summary: 'in no group any more' };
    if (isGoing(state)) return { status: 'done', summary: `is ${state} already` };
    if (state !== 'InService') return { status: 'failed', summary: `its lifecycle state is ${state}` };
    const why = await whyNotEmpty(context, step);
    if (why !== undefined) return { status: 'failed', summary: why };
    await context.checkStop();
    await context.ports.autoscaling.terminateInGroup(step.targets[0].id);
    return { status: 'done', summary: 'its group terminates it', lookAgain: true };
  },
  verify: async (context, step) => {
    const state = await lifecycleState(context, step);
    const holds = state === undefined || isGoing(state);
    return { holds, evidence: `its lifecycle state is ${state ?? 'none: it left the group'}` };
  },
};

/** Looked at again right before: an instance with pods on it is never given back. */
async function whyNotEmpty(context: ActionContext, { targets }: Step): Promise<string | undefined> {
  const target = targets.find(({ kind }) => kind === 'node');
  if (target === undefined) return 'the step names no node';
  const kubernetes = await connect(context);
  const node = await getIfSame(kubernetes, target);
  if (node !== undefined && !isCordoned(node)) return 'the node is not cordoned: pods may come to it';
  const pods = await kubernetes.listPods({ nodeName: target.name });
  const left = pods.filter((pod) => leftAlone(pod, 'evict') === null).length;
  return left === 0 ? undefined : `${left} pods are on the node`;
}

async function lifecycleState({ ports }: ActionContext, step: Step): Promise<string | undefined> {
  const [member] = await ports.autoscaling.describeInstances([step.targets[0].id]);
  return member?.lifecycleState;
}

function isGoing(state: string): boolean {
  return state.startsWith('Terminat');
}
