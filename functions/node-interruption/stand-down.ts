import type { EpochMs } from '../../shared/clock.ts';
import type { StandDownController } from '../../shared/config/policy.ts';
import { type Fact, readFact } from '../../shared/fact.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import type { NodeInterruptionFacts } from './facts.ts';

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

/** Auto Mode's nodes carry Karpenter's labels as well. */
const MOST_TELLING_FIRST: readonly StandDownController[] = ['eks-auto-mode', 'karpenter', 'nth'];

type Verdict = GuardFacts['standDown'];

/** Whose node it is. Pure; what cannot be read is `unknown`, not "nobody's". */
export function standDownOf(
  facts: NodeInterruptionFacts,
  standDownFor: readonly StandDownController[],
): Verdict {
  for (const controller of MOST_TELLING_FIRST.filter((each) => standDownFor.includes(each))) {
    const verdict = OWNERS[controller](facts);
    if (verdict.is !== 'no') return verdict;
  }
  return { is: 'no', why: `not a node of ${standDownFor.join(', ')}` };
}

const NOT_THEIRS: Verdict = { is: 'no', why: 'not theirs' };

const OWNERS: Record<StandDownController, (facts: NodeInterruptionFacts) => Verdict> = {
  'eks-auto-mode': ({ instance, node }) => {
    const managed = instance.known && instance.value?.managedBy === 'eks.amazonaws.com';
    const labelled = node.known && node.value?.labels['eks.amazonaws.com/compute-type'] === 'auto';
    return managed || labelled ? { is: 'yes', why: 'EKS Auto Mode owns this node' } : NOT_THEIRS;
  },
  karpenter: ({ instance, node }) => {
    const tagged = instance.known && instance.value?.tags['karpenter.sh/nodepool'] !== undefined;
    const labelled = node.known && node.value?.labels['karpenter.sh/nodepool'] !== undefined;
    return tagged || labelled ? { is: 'yes', why: 'Karpenter owns this node' } : NOT_THEIRS;
  },
  nth: ({ controllers }) => {
    if (!controllers.known) return { is: 'unknown', why: controllers.why };
    const [found] = controllers.value.nth;
    return found === undefined
      ? NOT_THEIRS
      : { is: 'yes', why: `AWS Node Termination Handler runs: ${found}` };
  },
};
