import type { ActionContext } from '../../../shared/actions/action.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Step, Target } from '../../../shared/incident/plan.ts';
import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';

/** The Node the step was planned for, or undefined when it is gone: another object of its name is not it. */
export async function sameNode(kubernetes: Kubernetes, step: Step): Promise<Node | undefined> {
  return await getIfSame(kubernetes, step.targets[0]);
}

export async function getIfSame(kubernetes: Kubernetes, target: Target): Promise<Node | undefined> {
  try {
    const node = await kubernetes.getNode(target.name);
    return node.metadata?.uid === target.id ? node : undefined;
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

export async function connect({ ports, incident }: ActionContext): Promise<Kubernetes> {
  return await ports.kubernetes.connect(incident.cluster);
}
