import type { Action, ActionContext } from '../../../shared/actions/action.ts';
import { PortError } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';

const WAITING = 'Terminating:Wait';

/** Lets the group go on with a termination it began itself: always CONTINUE, ABANDON is never sent. */
export const completeHook: Action = {
  name: 'complete-hook',
  describe: 'completes the termination hook with CONTINUE',
  permissions: {
    aws: ['autoscaling:CompleteLifecycleAction', 'autoscaling:DescribeAutoScalingInstances'],
    kubernetes: [],
  },
  risk: 'medium',
  reversible: false,
  gentle: false,
  concludes: true,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    if (!(await isWaiting(context, step)))
      return { status: 'done', summary: 'no hook waits any more', lookAgain: true };
    await context.checkStop();
    const { group, hook } = step.goal;
    const instanceId = step.targets[0].id;
    try {
      await context.ports.autoscaling.completeAction({
        group: String(group),
        hook: String(hook),
        instanceId,
      });
    } catch (error) {
      // Completed by the call whose answer was lost, or another hook of the group still waits.
      if (!(error instanceof PortError && error.kind === 'invalid')) throw error;
      return { status: 'done', summary: `hook ${hook} does not wait for this instance`, lookAgain: true };
    }
    return { status: 'done', summary: `hook ${hook} completed: the group goes on`, lookAgain: true };
  },
  // Other hooks may hold the instance in the same state: that this one was accepted is all there is to read.
  verify: async (context, step) => {
    const waits = await isWaiting(context, step);
    return {
      holds: true,
      evidence: waits ? 'another hook still holds the instance' : 'no hook waits any more',
    };
  },
};

async function isWaiting({ ports }: ActionContext, step: Step): Promise<boolean> {
  const [member] = await ports.autoscaling.describeInstances([step.targets[0].id]);
  return member?.lifecycleState === WAITING;
}
