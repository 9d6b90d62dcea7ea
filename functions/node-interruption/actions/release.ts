import type { Action, ActionContext } from '../../../shared/actions/action.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';

/** Gives an emptied instance back through its group, lowering the capacity that was raised for its replacement. */
export const release: Action = {
  name: 'release',
  describe: 'terminates the emptied instance through its Auto Scaling group, whose own hooks run',
  permissions: {
    aws: ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:DescribeAutoScalingInstances'],
    kubernetes: [],
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

async function lifecycleState({ ports }: ActionContext, step: Step): Promise<string | undefined> {
  const [member] = await ports.autoscaling.describeInstances([step.targets[0].id]);
  return member?.lifecycleState;
}

function isGoing(state: string): boolean {
  return state.startsWith('Terminat');
}
