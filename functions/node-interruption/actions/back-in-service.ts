import type { Action } from '../../../shared/actions/action.ts';
import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import { isOurTaint, OUT_OF_SERVICE_ANNOTATION, outOfServiceFor } from '../markers.ts';
import { versionOf } from './cordon.ts';
import { connect, sameNode } from './same-node.ts';

/** Takes our out-of-service taint off again: a node that comes back must be usable. */
export const backInService: Action = {
  name: 'back-in-service',
  describe: 'removes the out-of-service taint that Paramedic set for this incident',
  permissions: { aws: [], kubernetes: ['get /nodes', 'patch /nodes'] },
  risk: 'low',
  reversible: false,
  gentle: false,
  concludes: true,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node === undefined) return { status: 'done', summary: 'the Node is gone' };
    await context.checkStop();
    const removed = await removeTaint(kubernetes, node, context.incident.id);
    return { status: 'done', summary: removed ? 'our taint was removed' : 'carries no taint of ours' };
  },
  verify: async (context, step) => {
    const node = await sameNode(await connect(context), step);
    const isOurs = node !== undefined && outOfServiceFor(node) === context.incident.id;
    return { holds: !isOurs, evidence: isOurs ? 'still carries our taint' : 'carries no taint of ours' };
  },
};

/** Removes the taint if it is the incident's own; a taint somebody else set stays. Safe to repeat. */
export async function removeTaint(kubernetes: Kubernetes, node: Node, incidentId: string): Promise<boolean> {
  if (outOfServiceFor(node) !== incidentId) return false;
  await kubernetes.patchNode(node.metadata?.name ?? '', {
    metadata: { ...versionOf(node), annotations: { [OUT_OF_SERVICE_ANNOTATION]: null } },
    spec: { taints: (node.spec?.taints ?? []).filter((taint) => !isOurTaint(taint)) },
  });
  return true;
}
