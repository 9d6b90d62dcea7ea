import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
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
  return await new DrainLoop(context, kubernetes, goalOf(step), choose).run();
}
