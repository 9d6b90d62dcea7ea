import { isoTime } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { NodeClaim } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { SimInstance } from './model.ts';
import type { GroupSpec } from './world-file.ts';

const KINDS: ReadonlySet<GroupSpec['kind']> = new Set(['karpenter', 'auto-mode']);
const POOL = 'karpenter.sh/nodepool';

/** Karpenter's NodeClaims, where it runs: one for each node of its groups, and those that tests add. */
export class NodeClaims {
  readonly #cluster: SimCluster;
  readonly #claims = new Map<string, NodeClaim>();
  #isInstalled: boolean;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#isInstalled = cluster.spec.groups.some(({ kind }) => KINDS.has(kind));
  }

  add(claim: NodeClaim): void {
    this.#isInstalled = true;
    this.#claims.set(claim.metadata.name, claim);
  }

  /** The node of one of Karpenter's instances is there. */
  joined(group: GroupSpec, { id, launchedAt, privateDnsName }: SimInstance): void {
    if (!KINDS.has(group.kind)) return;
    const creationTimestamp = isoTime((launchedAt ?? this.#cluster.clock.now()) + this.#cluster.spec.ahead);
    this.add({
      metadata: { name: `${group.name}-${id.slice(-5)}`, creationTimestamp, labels: { [POOL]: group.name } },
      status: { nodeName: privateDnsName },
    });
  }

  left(nodeName: string): void {
    for (const [name, { status }] of this.#claims)
      if (status?.nodeName === nodeName) this.#claims.delete(name);
  }

  /** Throws PortError `not-found` where there is no Karpenter. */
  list(): NodeClaim[] {
    if (this.#isInstalled) return [...this.#claims.values()];
    const details = { operation: 'list karpenter.sh/nodeclaims', code: '404' };
    throw new PortError('not-found', 'the server could not find the requested resource', details);
  }
}
