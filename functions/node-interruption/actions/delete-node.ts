import type { Action } from '../../../shared/actions/action.ts';
import { isFailure } from '../../../shared/errors.ts';
import { connect, sameNode } from './same-node.ts';

/**
 * Removes the Node of an instance that EC2 says is terminated. Deleting a Node whose machine runs would leave its
 * containers running with nobody watching them: NotReady alone is never enough.
 */
export const deleteNode: Action = {
  name: 'delete-node',
  describe: 'deletes the Node object of a terminated instance',
  permissions: { aws: ['ec2:DescribeInstances'], kubernetes: ['get /nodes', 'delete /nodes'] },
  risk: 'high',
  reversible: false,
  gentle: false,
  onLoss: true,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node === undefined) return { status: 'done', summary: 'the Node is gone already', lookAgain: true };
    const [instance] = await context.ports.ec2.describeInstances([String(step.goal['instance'])]);
    if (instance === undefined)
      return { status: 'failed', summary: 'EC2 does not return the instance: not known to be terminated' };
    if (instance.state !== 'terminated')
      return { status: 'failed', summary: `EC2 says that the instance is ${instance.state}` };
    await context.checkStop();
    const [target] = step.targets;
    try {
      await kubernetes.deleteNode(target.name, { uid: target.id });
    } catch (error) {
      // Gone, or another Node has its name now: either way this one is not there any more.
      if (!isFailure(error, 'not-found', 'conflict')) throw error;
    }
    return { status: 'done', summary: 'the Node of the terminated instance was deleted', lookAgain: true };
  },
  verify: async (context, step) => {
    const node = await sameNode(await connect(context), step);
    const isGone = node === undefined || node.metadata?.deletionTimestamp !== undefined;
    return { holds: isGone, evidence: isGone ? 'the Node is gone' : 'the Node is still there' };
  },
};
