import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { cordon } from './actions/cordon.ts';
import { deleteNotReady } from './actions/delete-not-ready.ts';
import { detach } from './actions/detach.ts';
import { drain } from './actions/drain.ts';
import { forceDelete } from './actions/force-delete.ts';
import { gather, type NodeInterruptionFacts } from './facts.ts';
import { guardFacts, playbook } from './playbook.ts';
import { type NodeInterruptionPolicy, nodeInterruptionSection } from './policy.ts';
import { events, toSignals } from './signals.ts';
import { sweep } from './sweep.ts';

/** AWS is taking a node away: move its pods before it goes. */
export const nodeInterruption: Trouble<NodeInterruptionFacts, NodeInterruptionPolicy> = {
  name: 'node-interruption',
  title: 'A node is being taken away',
  events,
  toSignals,
  gather,
  playbook,
  guardFacts,
  actions: [cordon, detach, drain, deleteNotReady, forceDelete],
  reads: {
    aws: [
      'ec2:DescribeInstances',
      'eks:DescribeCluster',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLifecycleHooks',
    ],
    kubernetes: [
      'list /nodes',
      'list /pods',
      'list policy/poddisruptionbudgets',
      'list apps/daemonsets',
      'list apps/deployments',
    ],
  },
  section: nodeInterruptionSection,
  // The section was validated against this trouble's schema when the file was loaded.
  policyOf: (policy) => policy.section as unknown as NodeInterruptionPolicy,
  sweep,
};
