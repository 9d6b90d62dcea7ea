import type { AwsPermission, KubernetesPermission, Permissions } from '../shared/actions/action.ts';
import type { PortName } from './calls.ts';

type Needed = { aws: AwsPermission } | { kubernetes: KubernetesPermission };

/** What each call of an AWS or Kubernetes port needs to be allowed. */
const NEEDED: Partial<Record<PortName, Record<string, Needed>>> = {
  ec2: {
    describeInstances: { aws: 'ec2:DescribeInstances' },
    terminateInstances: { aws: 'ec2:TerminateInstances' },
  },
  eks: {
    describeCluster: { aws: 'eks:DescribeCluster' },
    listClusters: { aws: 'eks:ListClusters' },
    describeNodegroup: { aws: 'eks:DescribeNodegroup' },
  },
  autoscaling: {
    describeInstances: { aws: 'autoscaling:DescribeAutoScalingInstances' },
    describeGroup: { aws: 'autoscaling:DescribeAutoScalingGroups' },
    describeTerminateHooks: { aws: 'autoscaling:DescribeLifecycleHooks' },
    describeActivities: { aws: 'autoscaling:DescribeScalingActivities' },
    isRefreshing: { aws: 'autoscaling:DescribeInstanceRefreshes' },
    detachInstance: { aws: 'autoscaling:DetachInstances' },
    recordHeartbeat: { aws: 'autoscaling:RecordLifecycleActionHeartbeat' },
    completeAction: { aws: 'autoscaling:CompleteLifecycleAction' },
    setDesiredCapacity: { aws: 'autoscaling:SetDesiredCapacity' },
    terminateInGroup: { aws: 'autoscaling:TerminateInstanceInAutoScalingGroup' },
  },
  kubernetes: {
    connect: { aws: 'eks:DescribeCluster' },
    listNodes: { kubernetes: 'list /nodes' },
    getNode: { kubernetes: 'get /nodes' },
    patchNode: { kubernetes: 'patch /nodes' },
    deleteNode: { kubernetes: 'delete /nodes' },
    listPods: { kubernetes: 'list /pods' },
    listPodDisruptionBudgets: { kubernetes: 'list policy/poddisruptionbudgets' },
    listVolumeAttachments: { kubernetes: 'list storage.k8s.io/volumeattachments' },
    listDaemonSets: { kubernetes: 'list apps/daemonsets' },
    listDeployments: { kubernetes: 'list apps/deployments' },
    evictPod: { kubernetes: 'create /pods/eviction' },
    deletePod: { kubernetes: 'delete /pods' },
  },
};

/** The permission this call lacks, or undefined when it may go on. */
export function missingPermission(allowed: Permissions, port: PortName, method: string): string | undefined {
  const needed = NEEDED[port]?.[method];
  if (needed === undefined) return undefined;
  if ('aws' in needed) return allowed.aws.includes(needed.aws) ? undefined : needed.aws;
  return allowed.kubernetes.includes(needed.kubernetes) ? undefined : needed.kubernetes;
}

/** How a call is called in error messages: its permission, or port and method. */
export function operationOf(port: PortName, method: string): string {
  const needed = NEEDED[port]?.[method];
  if (needed === undefined) return `${port}.${method}`;
  return 'aws' in needed ? needed.aws : needed.kubernetes;
}
