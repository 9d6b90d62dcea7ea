import type { EpochMs } from '../../shared/clock.ts';
import { type Fact, readFact } from '../../shared/fact.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';

/** Workloads found in the cluster that react to interruptions themselves, `namespace/name`. */
export interface Controllers {
  nth: string[];
}

const NTH_SELECTOR = 'app.kubernetes.io/name=aws-node-termination-handler';

/** NTH runs as a DaemonSet (IMDS mode) or a Deployment (queue mode); both carry the chart's name label. */
export async function readControllers(kubernetes: Kubernetes, at: EpochMs): Promise<Fact<Controllers>> {
  return await readFact('node termination handler workloads', at, async () => {
    const filter = { labelSelector: NTH_SELECTOR };
    const [daemonSets, deployments] = await Promise.all([
      kubernetes.listDaemonSets(filter),
      kubernetes.listDeployments(filter),
    ]);
    const names = [...daemonSets, ...deployments].map(
      ({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
    );
    return { nth: names };
  });
}
