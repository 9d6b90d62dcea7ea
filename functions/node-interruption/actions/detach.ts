import type { Action } from '../../../shared/actions/action.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { putDue } from '../../../shared/incident/due.ts';
import { readGroup, whyNotDetach } from '../group.ts';

/** Kind of the due rows for instances that are in no group because of us. */
export const DETACHED = 'detached-instance';
/** The sweep looks after an instance that is still there this long after its deadline. */
const LOOK_AFTER_MS = 10 * MINUTE_MS;

/**
 * Detaches the instance without lowering the desired capacity, so the group starts the replacement at once.
 * Nobody terminates a detached instance but the reclaim itself: the sweep looks after one that survives.
 */
export const detach: Action = {
  name: 'detach',
  describe: 'takes the instance out of its Auto Scaling group so that the replacement starts now',
  permissions: {
    aws: [
      'autoscaling:DetachInstances',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLifecycleHooks',
    ],
    kubernetes: [],
  },
  risk: 'medium',
  reversible: false,
  gentle: false,
  cost: 'the replacement runs beside the reclaimed instance for up to two minutes',
  cooldownMs: 0,
  apply: async (context, step) => {
    const [target] = step.targets;
    const group = await readGroup(context.ports, target.id, context.ports.clock.now());
    if (group.known && group.value === null) return { status: 'done', summary: 'in no group any more' };
    const why = whyNotDetach(group);
    if (why !== undefined) return { status: 'failed', summary: why };
    const name = String(step.goal['group']);
    if (!group.known || group.value?.name !== name)
      return { status: 'failed', summary: 'in another group now' };
    await context.checkStop();
    // Before acting: whatever happens next, the sweep knows that this instance may be nobody's.
    await putDue(context.ports.table, {
      kind: DETACHED,
      id: target.id,
      dueAt: Number(step.goal['goneBy']) + LOOK_AFTER_MS,
      incidentId: context.incident.id,
      cluster: context.incident.cluster.name,
    });
    await context.ports.autoscaling.detachInstance(name, target.id);
    return { status: 'done', summary: `detached from ${name}; the group starts a replacement` };
  },
  verify: async ({ ports }, step) => {
    const [member] = await ports.autoscaling.describeInstances([step.targets[0].id]);
    const holds = member === undefined || member.lifecycleState.startsWith('Detach');
    return { holds, evidence: holds ? 'no longer a member of the group' : `still ${member.lifecycleState}` };
  },
};
