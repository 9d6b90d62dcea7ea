import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { type Chooser, DrainLoop, goalOf } from '../drain/loop.ts';
import { isCordoned } from '../markers.ts';
import { connect, sameNode } from './same-node.ts';

/** One rung of the ladder. An open node is not drained: its pods would come straight back. */
export async function climb(context: ActionContext, step: Step, choose: Chooser): Promise<ActionResult> {
  const kubernetes = await connect(context);
  const node = await sameNode(kubernetes, step);
  if (node === undefined) return { status: 'done', summary: 'the Node is gone' };
  if (!isCordoned(node))
    return { status: 'failed', summary: 'the node is not cordoned: pods would come back to it' };
  const goal = goalOf(step);
  const isEarly = await waitFor(context, goal.from);
  if (isEarly) return { status: 'again', summary: `waits for its time, ${isoTime(goal.from)}` };
  return await new DrainLoop(context, kubernetes, step, choose).run();
}

/** A rung whose predecessor ended early waits for its own time; true when the round ends before that. */
async function waitFor({ ports, roundMs }: ActionContext, from: EpochMs): Promise<boolean> {
  const { clock } = ports;
  const wait = from - clock.now();
  if (wait > 0) await clock.sleep(Math.min(wait, roundMs));
  return clock.now() < from;
}
