import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import { isOurTaint, OUT_OF_SERVICE_ANNOTATION, outOfServiceFor } from '../markers.ts';
import { versionOf } from './cordon.ts';
import { lift } from './lift.ts';

/** A node that comes back must be usable. */
export const backInService = lift({
  name: 'back-in-service',
  describe: 'removes the out-of-service taint that Paramedic set for this incident',
  what: 'taint',
  ownerOf: outOfServiceFor,
  remove: removeTaint,
});

/** Removes the taint if it is the incident's own; a taint somebody else set stays. Safe to repeat. */
export async function removeTaint(kubernetes: Kubernetes, node: Node, incidentId: string): Promise<boolean> {
  if (outOfServiceFor(node) !== incidentId) return false;
  await kubernetes.patchNode(node.metadata?.name ?? '', {
    metadata: { ...versionOf(node), annotations: { [OUT_OF_SERVICE_ANNOTATION]: null } },
    spec: { taints: (node.spec?.taints ?? []).filter((taint) => !isOurTaint(taint)) },
  });
  return true;
}
