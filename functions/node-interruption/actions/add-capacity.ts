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
 * Raises the group by one, once, and waits until a member that is new has a Ready node: no running capacity is given
 * up for a replacement that may never come.
 */
export const addCapacity: Action = {
  name: 'add-capacity',
  describe: 'raises the desired capacity of the group by one and waits for the new node to be Ready',
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
    const group = await readGroup(context, step);
    const desired = Number(step.goal['desired']);
    const isRaised = context.memory['raised'] === true;
    if (desired > group.max) return { status: 'failed', summary: `group is at its maximum of ${group.max}` };
    if (group.desired < desired) {
      // Once: whoever lowers it after us knows something that we do not.
      if (isRaised) return { status: 'failed', summary: 'somebody lowered the desired capacity again' };
      await context.checkStop();
      await context.ports.autoscaling.setDesiredCapacity(group.name, desired);
    }
    // Remembered before anything else can go wrong.
    if (!isRaised) return { status: 'again', summary: `raised to ${desired}`, memory: { raised: true } };
    return await waitUntilReady(context, step);
  },
  verify: async (context, step) => {
    const ready = await readyAndNew(context, step, await readGroup(context, step));
    return { holds: ready > 0, evidence: `${ready} new nodes of the group are Ready` };
  },
  undo: (context, step) => takeBack(context, step).then(() => undefined),
};

/** The raise that nobody took back and no release made good: the group runs one instance more. */
export function isRaise({ goal }: Step): boolean {
  return Number(goal['desired']) > Number(goal['before']);
}

async function waitUntilReady(context: ActionContext, step: Step): Promise<ActionResult> {
  const { clock } = context.ports;
  const until = Number(step.goal['readyBy']);
  const roundEnds = clock.now() + context.roundMs;
  const memory = context.memory;
  for (;;) {
    const ready = await readyAndNew(context, step, await readGroup(context, step));
    if (ready > 0) return { status: 'done', summary: 'a new node of the group is Ready', memory };
    const summary = 'no new node of the group is Ready';
    if (clock.now() >= until) {
      const back = await takeBack(context, step);
      return {
        status: 'failed',
        summary: `${summary}; ${back.text}`,
        memory: { ...memory, takenBack: back.isBack },
      };
    }
    if (clock.now() >= roundEnds || (await context.hasNews())) return { status: 'again', summary, memory };
    await clock.sleep(Math.min(TICK_MS, until - clock.now()));
  }
}

async function readGroup({ ports }: ActionContext, step: Step): Promise<Group> {
  return await ports.autoscaling.describeGroup(step.targets[0].name);
}

/** Members that were none when it was planned, with a node that could take pods. */
async function readyAndNew(context: ActionContext, step: Step, group: Group): Promise<number> {
  const noted = step.notes?.['members'];
  const before = new Set(Array.isArray(noted) ? noted.map(String) : []);
  const added = new Set(group.instances.map(({ id }) => id).filter((id) => !before.has(id)));
  if (added.size === 0) return 0;
  const nodes = await (await connect(context)).listNodes();
  return nodes.filter((node) => added.has(instanceIdOf(node) ?? '') && isNodeReady(node) && !isCordoned(node))
    .length;
}

/** Only while nothing came of it: lowering a group that has launched would end an instance of its choice. */
async function takeBack(context: ActionContext, step: Step): Promise<{ isBack: boolean; text: string }> {
  const before = Number(step.goal['before']);
  const group = await readGroup(context, step);
  if (group.desired !== Number(step.goal['desired']) || group.desired === before)
    return { isBack: group.desired === before, text: 'the capacity is left as it is' };
  if (group.instances.length > before) {
    return { isBack: false, text: 'an instance was launched, so the capacity is left as it is' };
  }
  await context.checkStop();
  await context.ports.autoscaling.setDesiredCapacity(group.name, before);
  return { isBack: true, text: `the desired capacity was set back to ${before}` };
}
