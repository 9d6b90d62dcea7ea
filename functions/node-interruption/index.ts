import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { addCapacity } from './actions/add-capacity.ts';
import { backInService } from './actions/back-in-service.ts';
import { completeHook } from './actions/complete-hook.ts';
import { cordon } from './actions/cordon.ts';
import { deleteNode } from './actions/delete-node.ts';
import { deleteNotReady } from './actions/delete-not-ready.ts';
import { detach } from './actions/detach.ts';
import { drain } from './actions/drain.ts';
import { forceDelete } from './actions/force-delete.ts';
import { holdHook } from './actions/hold-hook.ts';
import { outOfService } from './actions/out-of-service.ts';
import { release } from './actions/release.ts';
import { uncordon } from './actions/uncordon.ts';
import { events, TROUBLE } from './events.ts';
import { gather, type NodeInterruptionFacts } from './facts.ts';
import { guardFacts } from './guard-facts.ts';
import { playbook } from './playbook.ts';
import { type NodeInterruptionPolicy, nodeInterruptionSection } from './policy.ts';
import { toSignals } from './signals.ts';
import { sweep, sweeps } from './sweep.ts';
import { isExpected, trigger } from './trigger.ts';
import { wentBad } from './went-bad.ts';

/** AWS is taking a node away: move its pods before it goes. */
export const nodeInterruption: Trouble<NodeInterruptionFacts, NodeInterruptionPolicy> = {
  name: TROUBLE,
  title: 'A node is being taken away',
  events,
  toSignals,
  trigger,
  isExpected,
  wentBad,
  gather,
  playbook,
  guardFacts,
  actions: [
    cordon,
    uncordon,
    detach,
    addCapacity,
    drain,
    deleteNotReady,
    forceDelete,
    holdHook,
    completeHook,
    release,
    outOfService,
    backInService,
    deleteNode,
  ],
  reads: {
    aws: [
      'ec2:DescribeInstances',
      'eks:DescribeCluster',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLifecycleHooks',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeScalingActivities',
      'eks:DescribeNodegroup',
    ],
    kubernetes: [
      'get /nodes',
      'list /nodes',
      'list /pods',
      'list policy/poddisruptionbudgets',
      'list apps/daemonsets',
      'list apps/deployments',
      'list storage.k8s.io/volumeattachments',
    ],
  },
  section: nodeInterruptionSection,
  // The section was validated against this trouble's schema when the file was loaded.
  policyOf: (policy) => policy.section as unknown as NodeInterruptionPolicy,
  sweep,
  sweeps,
};
