import { isFailure } from '../errors.ts';
import type { Kubernetes, Node } from '../ports/kubernetes.ts';

/**
 * The instance id in `spec.providerID` (`aws:///<zone>/<id>`, also `aws:////<id>` and the bare id): its last
 * part. Node names are never matched: they may be DNS names that are used again.
 */
export function instanceIdOf(node: Node): string | undefined {
  const last = node.spec?.providerID?.split('/').at(-1);
  return last === undefined || last === '' ? undefined : last;
}

/**
 * The Node of an instance, or undefined when the complete list has none. `likelyName` (on EKS the instance's private
 * DNS name) saves listing a thousand nodes for one; its providerID decides whether it is the one.
 */
export async function nodeOfInstance(
  kubernetes: Kubernetes,
  instanceId: string,
  likelyName: string | undefined,
): Promise<Node | undefined> {
  if (likelyName !== undefined) {
    const likely = await getIfThere(kubernetes, likelyName);
    if (likely !== undefined && instanceIdOf(likely) === instanceId) return likely;
  }
  return await findNode(kubernetes, instanceId);
}

async function getIfThere(kubernetes: Kubernetes, name: string): Promise<Node | undefined> {
  try {
    return await kubernetes.getNode(name);
  } catch (error) {
    if (isFailure(error, 'not-found', 'invalid')) return undefined;
    throw error;
  }
}

/** The Node of an instance, or undefined when the complete list has none. Throws when the list cannot be read. */
export async function findNode(kubernetes: Kubernetes, instanceId: string): Promise<Node | undefined> {
  const nodes = await kubernetes.listNodes();
  return nodes.find((node) => instanceIdOf(node) === instanceId);
}
