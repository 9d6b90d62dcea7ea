import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Group } from '../../../shared/ports/autoscaling.ts';
import { isCordoned } from '../markers.ts';
import { isNodeReady } from '../node-summary.ts';
import { connect } from './same-node.ts';

const TICK_MS = 10 * SECOND_MS;

/**
 * Raises the group by one and waits until that node is Ready: no running capacity is given up for a replacement
 * that may never come. Only one such replacement is under way in a group at a time, so the count tells.
 */
export const addCapacity: Action = {
  name: 'add-capacity',
  describe: 'raises the desired capacity of the group by one and waits for the node to be Ready',
  permissions: {
    aws: ['autoscaling:SetDesiredCapacity', 'autoscaling:DescribeAutoScalingGroups'],
    kubernetes: ['list /nodes'],
  },
  risk: 'medium',
  reversible: true,
  gentle: false,
  disrupts: true,
  cost: 'one more instance until the old one is given back',
  cooldownMs: 30 * MINUTE_MS,
  apply: async (context, step) => {
    const group = await context.ports.autoscaling.describeGroup(step.targets[0].name);
    const desired = Number(step.goal['desired']);
    if (desired > group.max) return { status: 'failed', summary: `group is at its maximum of ${group.max}` };
    if (group.desired < desired) {
      await context.checkStop();
      await context.ports.autoscaling.setDesiredCapacity(group.name, desired);
    }
    return await waitUntilReady(context, step);
  },
  verify: async (context, step) => {
    const ready = await readyIn(context, await context.ports.autoscaling.describeGroup(step.targets[0].name));
    return { holds: ready >= Number(step.goal['ready']), evidence: `${ready} nodes of the group are Ready` };
  },
  undo: (context, step) => takeBack(context, step).then(() => undefined),
};

async function waitUntilReady(context: ActionContext, step: Step): Promise<ActionResult> {
  const { clock, autoscaling } = context.ports;
  const wanted = Number(step.goal['ready']);
  const until = Number(step.goal['readyBy']);
  const roundEnds = clock.now() + context.roundMs;
  for (;;) {
    const ready = await readyIn(context, await autoscaling.describeGroup(step.targets[0].name));
    const summary = `${ready} of ${wanted} nodes of the group are Ready`;
    if (ready >= wanted) return { status: 'done', summary };
    if (clock.now() >= until) {
      return { status: 'failed', summary: `${summary}; ${await takeBack(context, step)}` };
    }
    if (clock.now() >= roundEnds || (await context.hasNews())) return { status: 'again', summary };
    await clock.sleep(Math.min(TICK_MS, until - clock.now()));
  }
}

/** Nodes that could take pods: Ready and not cordoned by anybody, members of the group by instance id. */
async function readyIn(context: ActionContext, group: Group): Promise<number> {
  const members = new Set(group.instances.map(({ id }) => id));
  const nodes = await (await connect(context)).listNodes();
  return nodes.filter(
    (node) => members.has(instanceIdOf(node) ?? '') && isNodeReady(node) && !isCordoned(node),
  ).length;
}

/** Only while nothing came of it: lowering a group that has launched would end an instance of its choice. */
async function takeBack({ ports, checkStop }: ActionContext, step: Step): Promise<string> {
  const before = Number(step.goal['before']);
  const group = await ports.autoscaling.describeGroup(step.targets[0].name);
  if (group.desired !== Number(step.goal['desired']) || group.desired === before)
    return 'the capacity is left as it is';
  if (group.instances.length > before) return 'an instance was launched, so the capacity is left as it is';
  await checkStop();
  await ports.autoscaling.setDesiredCapacity(group.name, before);
  return `the desired capacity was set back to ${before}`;
}
