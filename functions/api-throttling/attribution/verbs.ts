import { type CallerHints, serviceOf } from './caller.ts';
import type { Workload } from './types.ts';

type Verbs = { readonly [service: string]: readonly string[] | 'all' };

/** What each controller calls; of the CNI from its code, of the others what their published policies allow. */
const VERBS: Readonly<Record<Workload, Verbs>> = {
  'vpc-cni': {
    ec2: [
      'AssignPrivateIpAddresses',
      'UnassignPrivateIpAddresses',
      'AssignIpv6Addresses',
      'UnassignIpv6Addresses',
      'CreateNetworkInterface',
      'AttachNetworkInterface',
      'DetachNetworkInterface',
      'DeleteNetworkInterface',
      'ModifyNetworkInterfaceAttribute',
      'DescribeNetworkInterfaces',
      'DescribeInstances',
      'DescribeInstanceTypes',
      'DescribeSubnets',
      'DescribeSecurityGroups',
      'DescribeTags',
      'CreateTags',
    ],
  },
  karpenter: {
    ec2: [
      'CreateFleet',
      'RunInstances',
      'TerminateInstances',
      'CreateLaunchTemplate',
      'DeleteLaunchTemplate',
      'CreateTags',
      'DescribeAvailabilityZones',
      'DescribeCapacityReservations',
      'DescribeImages',
      'DescribeInstances',
      'DescribeInstanceStatus',
      'DescribeInstanceTypeOfferings',
      'DescribeInstanceTypes',
      'DescribeLaunchTemplates',
      'DescribePlacementGroups',
      'DescribeSecurityGroups',
      'DescribeSpotPriceHistory',
      'DescribeSubnets',
    ],
    eks: ['DescribeCluster'],
    iam: 'all',
    pricing: 'all',
    sqs: 'all',
    ssm: ['GetParameter'],
  },
  'cluster-autoscaler': {
    autoscaling: [
      'DescribeAutoScalingGroups',
      'DescribeAutoScalingInstances',
      'DescribeLaunchConfigurations',
      'DescribeScalingActivities',
      'DescribeTags',
      'SetDesiredCapacity',
      'TerminateInstanceInAutoScalingGroup',
    ],
    ec2: [
      'DescribeImages',
      'DescribeInstanceTypes',
      'DescribeLaunchTemplateVersions',
      'GetInstanceTypesFromInstanceRequirements',
    ],
    eks: ['DescribeNodegroup'],
  },
  'ebs-csi': {
    ec2: [
      'CreateVolume',
      'DeleteVolume',
      'AttachVolume',
      'DetachVolume',
      'ModifyVolume',
      'CreateSnapshot',
      'DeleteSnapshot',
      'EnableFastSnapshotRestores',
      'CreateTags',
      'DeleteTags',
      'DescribeAvailabilityZones',
      'DescribeInstances',
      'DescribeSnapshots',
      'DescribeTags',
      'DescribeVolumes',
      'DescribeVolumesModifications',
      'DescribeVolumeStatus',
    ],
    kms: ['CreateGrant', 'Decrypt', 'GenerateDataKeyWithoutPlaintext'],
  },
  'load-balancer-controller': {
    elasticloadbalancing: 'all',
    acm: 'all',
    tagging: 'all',
    'waf-regional': 'all',
    wafv2: 'all',
    shield: 'all',
    ec2: [
      'AuthorizeSecurityGroupIngress',
      'RevokeSecurityGroupIngress',
      'CreateSecurityGroup',
      'DeleteSecurityGroup',
      'CreateTags',
      'DeleteTags',
      'DescribeAccountAttributes',
      'DescribeAddresses',
      'DescribeAvailabilityZones',
      'DescribeCoipPools',
      'DescribeInstances',
      'DescribeInternetGateways',
      'DescribeNetworkInterfaces',
      'DescribeRouteTables',
      'DescribeSecurityGroups',
      'DescribeSubnets',
      'DescribeTags',
      'DescribeVpcPeeringConnections',
      'DescribeVpcs',
      'GetCoipPoolUsage',
      'GetSecurityGroupsForVpc',
    ],
  },
  'node-termination-handler': {
    autoscaling: [
      'CompleteLifecycleAction',
      'DescribeAutoScalingInstances',
      'DescribeTags',
      'RecordLifecycleActionHeartbeat',
    ],
    ec2: ['DescribeInstances'],
    sqs: 'all',
  },
  'cloud-controller-manager': {
    elasticloadbalancing: 'all',
    autoscaling: ['DescribeAutoScalingGroups', 'DescribeLaunchConfigurations', 'DescribeTags'],
    ec2: [
      'AuthorizeSecurityGroupIngress',
      'RevokeSecurityGroupIngress',
      'CreateRoute',
      'DeleteRoute',
      'CreateSecurityGroup',
      'DeleteSecurityGroup',
      'CreateTags',
      'DeleteTags',
      'DescribeAvailabilityZones',
      'DescribeInstances',
      'DescribeInstanceTopology',
      'DescribeRegions',
      'DescribeRouteTables',
      'DescribeSecurityGroups',
      'DescribeSubnets',
      'DescribeVolumes',
      'DescribeVpcs',
      'ModifyInstanceAttribute',
    ],
  },
};

/** The controller is known to make such calls; sessions and their renewal are everybody's. */
export function makesSuchCalls(workload: Workload, call: Pick<CallerHints, 'service' | 'api'>): boolean {
  const service = serviceOf(call);
  if (service === 'sts') return true;
  const verbs = Object.hasOwn(VERBS[workload], service) ? VERBS[workload][service] : undefined;
  return verbs === 'all' || verbs?.includes(call.api) === true;
}

/** Calls that on a node nothing but the CNI makes. */
const CNI_ALONE = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'AssignIpv6Addresses'];

export function isOnlyTheCnis(call: Pick<CallerHints, 'service' | 'api'>): boolean {
  return serviceOf(call) === 'ec2' && CNI_ALONE.includes(call.api);
}
