import type { ActionContext, Verification } from '../../../shared/actions/action.ts';
import { describeFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { leftAlone } from '../pods.ts';
import { goalOf } from './goal.ts';

/**
 * A rung holds when it did what it could in its time: what is left is named, and the playbook decides from the
 * pods' new places whether the incident is fixed. Only an unreadable node is worth a word here.
 */
export async function nodeIsClear({ ports, incident }: ActionContext, step: Step): Promise<Verification> {
  const goal = goalOf(step);
  try {
    const kubernetes = await ports.kubernetes.connect(incident.cluster);
    const pods = await kubernetes.listPods({ nodeName: goal.nodeName });
    const left = pods.filter((pod) => leftAlone(pod, goal.emptyDir) === null).length;
    return { holds: true, evidence: left === 0 ? 'no movable pod is left' : `${left} movable pods are left` };
  } catch (error) {
    return { holds: true, evidence: `the node could not be read back: ${describeFailure(error)}` };
  }
}
