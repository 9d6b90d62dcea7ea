import type { StandDownController } from '../../shared/config/policy.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import type { NodeInterruptionFacts } from './facts.ts';

/** Auto Mode's nodes carry Karpenter's labels as well. */
const MOST_TELLING_FIRST: readonly StandDownController[] = [
  'eks-auto-mode',
  'karpenter',
  'nth',
  'instance-refresh',
  'eks-auto-repair',
];

type Verdict = GuardFacts['standDown'];

/** They replace nodes in their own time; a node AWS is taking cannot wait for them. */
const ONLY_ON_PURPOSE: readonly StandDownController[] = ['instance-refresh', 'eks-auto-repair'];

/** Those of the config that matter for what is happening to the node. */
export function concerned(
  standDownFor: readonly StandDownController[],
  isOnPurpose: boolean,
): readonly StandDownController[] {
  return isOnPurpose ? standDownFor : standDownFor.filter((each) => !ONLY_ON_PURPOSE.includes(each));
}

/** Whose node it is. Pure; what cannot be read is `unknown`, not "nobody's", unless another says that it is theirs. */
export function standDownOf(
  facts: NodeInterruptionFacts,
  standDownFor: readonly StandDownController[],
): Verdict {
  const asked = MOST_TELLING_FIRST.filter((each) => standDownFor.includes(each));
  const verdicts = asked.map((controller) => OWNERS[controller](facts));
  const telling = verdicts.find(({ is }) => is === 'yes') ?? verdicts.find(({ is }) => is === 'unknown');
  return telling ?? { is: 'no', why: `not a node of ${standDownFor.join(', ')}` };
}

const NOT_THEIRS: Verdict = { is: 'no', why: 'not theirs' };

/** Either the instance or its Node tells whose it is; undefined when one of them was seen. */
function unseen({ instance, node }: Pick<NodeInterruptionFacts, 'instance' | 'node'>): Verdict | undefined {
  const isSeen = [instance, node].some((fact) => fact.known && fact.value !== null);
  const unread = [instance, node].find((fact) => !fact.known);
  if (isSeen || unread === undefined || unread.known) return undefined;
  return { is: 'unknown', why: unread.why };
}

const OWNERS: Record<StandDownController, (facts: NodeInterruptionFacts) => Verdict> = {
  'eks-auto-mode': ({ instance, node }) => {
    const managed = instance.known && instance.value?.managedBy === 'eks.amazonaws.com';
    const labelled = node.known && node.value?.labels['eks.amazonaws.com/compute-type'] === 'auto';
    if (managed || labelled) return { is: 'yes', why: 'EKS Auto Mode owns this node' };
    return unseen({ instance, node }) ?? NOT_THEIRS;
  },
  karpenter: ({ instance, node }) => {
    const tags = instance.known ? (instance.value?.tags ?? {}) : {};
    const { labels = {}, foreignTaint = null } = (node.known ? node.value : null) ?? {};
    const isTheirs = KARPENTER_KEYS.some((key) => tags[key] !== undefined || labels[key] !== undefined);
    const isDisrupted = foreignTaint?.startsWith('karpenter.sh/') === true;
    if (isTheirs || isDisrupted) return { is: 'yes', why: 'Karpenter owns this node' };
    return unseen({ instance, node }) ?? NOT_THEIRS;
  },
  nth: ({ controllers, node }) => {
    const taint = node.known ? (node.value?.foreignTaint ?? null) : null;
    if (taint?.startsWith('aws-node-termination-handler/') === true) {
      return { is: 'yes', why: `AWS Node Termination Handler has the node in hand: taint ${taint}` };
    }
    if (!controllers.known) return { is: 'unknown', why: controllers.why };
    const [found] = controllers.value.nth;
    return found === undefined
      ? NOT_THEIRS
      : { is: 'yes', why: `AWS Node Termination Handler runs: ${found}` };
  },
  // The last two are asked only where something would be done on purpose: null is not asked.
  'instance-refresh': ({ group }) => {
    if (!group.known) return { is: 'unknown', why: group.why };
    return group.value?.refreshing === true
      ? { is: 'yes', why: 'an instance refresh is replacing the nodes of the group' }
      : NOT_THEIRS;
  },
  'eks-auto-repair': ({ group }) => {
    if (!group.known) return { is: 'unknown', why: group.why };
    const isTheirs = group.value?.autoRepair === true;
    return isTheirs ? { is: 'yes', why: 'EKS repairs nodes of this node group itself' } : NOT_THEIRS;
  },
};

const KARPENTER_KEYS = ['karpenter.sh/nodepool', 'karpenter.sh/nodeclaim'];
