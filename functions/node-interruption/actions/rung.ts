import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { type EpochMs, isoTime, SECOND_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { goalOf } from '../drain/goal.ts';
import { type Chooser, DrainLoop } from '../drain/loop.ts';
import { isCordoned } from '../markers.ts';
import { connect, sameNode } from './same-node.ts';

const LOOK_MS = 5 * SECOND_MS;

/** One rung of the ladder. An open node is not drained: its pods would come straight back. */
export async function climb(given: ActionContext, step: Step, choose: Chooser): Promise<ActionResult> {
  const context = {
    ...given,
    roundMs: Math.min(given.roundMs, Number(step.notes?.['round'] ?? given.roundMs)),
  };
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
async function waitFor({ ports, roundMs, hasNews }: ActionContext, from: EpochMs): Promise<boolean> {
  const { clock } = ports;
  const roundEnds = clock.now() + roundMs;
  while (clock.now() < Math.min(from, roundEnds)) {
    await clock.sleep(Math.min(LOOK_MS, from - clock.now(), roundEnds - clock.now()));
    if (await hasNews()) break;
  }
  return clock.now() < from;
}
