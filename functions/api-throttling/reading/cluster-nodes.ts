import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, readFact } from '../../../shared/fact.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { ClusterRef, Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';

/** A cluster's API server and its Nodes, read once for everybody who asks about them in one look. */
export interface ClusterNodes {
  connected: Fact<Kubernetes>;
  nodes: Fact<Node[]>;
}

export async function readClusterNodes(
  { kubernetes }: Pick<Ports, 'kubernetes'>,
  cluster: ClusterRef,
  at: EpochMs,
): Promise<ClusterNodes> {
  const connected = await readFact('Kubernetes', at, () => kubernetes.connect(cluster));
  return { connected, nodes: await follow(connected, 'Nodes', (api) => api.listNodes()) };
}

/** A read that rests on another one. */
export async function follow<S, T>(
  from: Fact<S>,
  source: string,
  read: (value: S) => Promise<T>,
): Promise<Fact<T>> {
  return from.known ? await readFact(source, from.at, () => read(from.value)) : { ...from, source };
}
