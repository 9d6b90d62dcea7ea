import type { StandDownController } from '../../shared/config/policy.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import type { NodeInterruptionFacts } from './facts.ts';

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
