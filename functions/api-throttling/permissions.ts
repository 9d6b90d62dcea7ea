import type { Permissions } from '../../shared/actions/action.ts';

/** What the advice reads. */
export const reads: Permissions = {
  aws: [
    'autoscaling:DescribeAutoScalingInstances',
    'autoscaling:DescribeScalingActivities',
    'cloudwatch:GetMetricData',
    'cloudwatch:ListMetrics',
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeSubnets',
    'eks:DescribeAddon',
    'eks:DescribeAddonConfiguration',
    'eks:DescribeCluster',
    'servicequotas:GetAWSDefaultServiceQuota',
    'servicequotas:GetServiceQuota',
    'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
  ],
  kubernetes: [
    'list /events',
    'list /nodes',
    'list /pods',
    'list apps/daemonsets',
    'list karpenter.sh/nodeclaims',
  ],
};
