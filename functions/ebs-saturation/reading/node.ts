import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import { type Fact, known } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';

/**
 * The Node of the instance; null: the cluster has none of it, or there is no one instance. Without the instance it is
 * unknown: a Node that has no providerID yet is not the one.
 */
export function nodeOf(instance: Fact<Instance | null>, nodes: Fact<Node[]>): Fact<Node | null> {
  if (!instance.known) return { ...instance, source: 'Nodes' };
  const { value, at } = instance;
  if (value === null) return known(null, instance.source, at);
  if (!nodes.known) return nodes;
  const node = nodes.value.find((each) => instanceIdOf(each) === value.id);
  return known(node ?? null, nodes.source, at);
}
