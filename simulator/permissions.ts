import type { AwsPermission, KubernetesPermission, Permissions } from '../shared/actions/action.ts';
import type { Call, PortName } from './calls.ts';
import { podKey } from './model.ts';

/** `only`: granted on this one object, by its `namespace/name`, as `deploy/kubernetes/rbac.yaml` has it. */
type Needed = { aws: AwsPermission } | { kubernetes: KubernetesPermission; only?: string };

/** What each call of an AWS or Kubernetes port needs to be allowed. */
const NEEDED: Partial<Record<PortName, Record<string, Needed>>> = {
  ec2: {
    describeInstances: { aws: 'ec2:DescribeInstances' },
    terminateInstances: { aws: 'ec2:TerminateInstances' },
    describeInstanceTypes: { aws: 'ec2:DescribeInstanceTypes' },
    describeSubnets: { aws: 'ec2:DescribeSubnets' },
  },
  eks: {
    describeCluster: { aws: 'eks:DescribeCluster' },
    listClusters: { aws: 'eks:ListClusters' },
    describeNodegroup: { aws: 'eks:DescribeNodegroup' },
    describeAddon: { aws: 'eks:DescribeAddon' },
    describeAddonSchema: { aws: 'eks:DescribeAddonConfiguration' },
    updateAddon: { aws: 'eks:UpdateAddon' },
    describeAddonUpdate: { aws: 'eks:DescribeUpdate' },
    // `describeRoles` is several requests, and each goes through the gate by itself.
    listNodegroups: { aws: 'eks:ListNodegroups' },
    listAddons: { aws: 'eks:ListAddons' },
    listPodIdentityAssociations: { aws: 'eks:ListPodIdentityAssociations' },
    describePodIdentityAssociation: { aws: 'eks:DescribePodIdentityAssociation' },
    listAccessEntries: { aws: 'eks:ListAccessEntries' },
    describeAccessEntry: { aws: 'eks:DescribeAccessEntry' },
  },
  quotas: {
    getQuota: { aws: 'servicequotas:GetServiceQuota' },
    listOpenRequests: { aws: 'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota' },
    requestIncrease: { aws: 'servicequotas:RequestServiceQuotaIncrease' },
    getRequest: { aws: 'servicequotas:GetRequestedServiceQuotaChange' },
  },
  usage: {
    listMetrics: { aws: 'cloudwatch:ListMetrics' },
    readMetrics: { aws: 'cloudwatch:GetMetricData' },
  },
  volumes: {
    describeVolumes: { aws: 'ec2:DescribeVolumes' },
    describeModifications: { aws: 'ec2:DescribeVolumesModifications' },
    listUnderWay: { aws: 'ec2:DescribeVolumesModifications' },
    modifyVolume: { aws: 'ec2:ModifyVolume' },
    describeTemplate: { aws: 'ec2:DescribeLaunchTemplateVersions' },
  },
  alarms: {
    describeAlarms: { aws: 'cloudwatch:DescribeAlarms' },
    describeContributors: { aws: 'cloudwatch:DescribeAlarmContributors' },
    listFiring: { aws: 'cloudwatch:DescribeAlarms' },
    hasActiveMute: { aws: 'cloudwatch:ListAlarmMuteRules' },
  },
  charts: {
    draw: { aws: 'cloudwatch:GetMetricWidgetImage' },
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
    patchDaemonSet: { kubernetes: 'patch apps/daemonsets', only: 'kube-system/aws-node' },
    listEvents: { kubernetes: 'list /events' },
    listNodeClaims: { kubernetes: 'list karpenter.sh/nodeclaims' },
    listPersistentVolumes: { kubernetes: 'list /persistentvolumes' },
    listPersistentVolumeClaims: { kubernetes: 'list /persistentvolumeclaims' },
    listVolumeAttributesClasses: { kubernetes: 'list storage.k8s.io/volumeattributesclasses' },
    patchPersistentVolumeClaim: { kubernetes: 'patch /persistentvolumeclaims' },
    evictPod: { kubernetes: 'create /pods/eviction' },
    deletePod: { kubernetes: 'delete /pods' },
  },
};

/** The permission this call lacks, or undefined when it may go on. */
export function missingPermission(
  allowed: Permissions,
  { port, method, args }: Pick<Call, 'port' | 'method' | 'args'>,
): string | undefined {
  const needed = NEEDED[port]?.[method];
  if (needed === undefined) return undefined;
  if ('aws' in needed) return allowed.aws.includes(needed.aws) ? undefined : needed.aws;
  const isOther = needed.only !== undefined && needed.only !== podKey(args[0] as NamedObject);
  return allowed.kubernetes.includes(needed.kubernetes) && !isOther ? undefined : needed.kubernetes;
}

type NamedObject = Parameters<typeof podKey>[0];

/** How a call is called in error messages: its permission, or port and method. */
export function operationOf(port: PortName, method: string): string {
  const needed = NEEDED[port]?.[method];
  if (needed === undefined) return `${port}.${method}`;
  return 'aws' in needed ? needed.aws : needed.kubernetes;
}
