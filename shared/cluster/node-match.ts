import type { Kubernetes, Node } from '../ports/kubernetes.ts';

/**
 * The instance id in `spec.providerID` (`aws:///<zone>/<id>`, also `aws:////<id>` and the bare id): its last
 * part. Node names are never matched: they may be DNS names that are used again.
 */
export function instanceIdOf(node: Node): string | undefined {
  const last = node.spec?.providerID?.split('/').at(-1);
  return last === undefined || last === '' ? undefined : last;
}

/** The Node of an instance, or undefined when the complete list has none. Throws when the list cannot be read. */
export async function findNode(kubernetes: Kubernetes, instanceId: string): Promise<Node | undefined> {
  const nodes = await kubernetes.listNodes();
  return nodes.find((node) => instanceIdOf(node) === instanceId);
}
