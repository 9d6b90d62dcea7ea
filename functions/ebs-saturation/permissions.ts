import type { Permissions } from '../../shared/actions/action.ts';

/** What the facts need. */
export const reads: Permissions = {
  aws: [
    'cloudwatch:DescribeAlarmContributors',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:ListMetrics',
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumesModifications',
    'eks:DescribeCluster',
    'servicequotas:GetAWSDefaultServiceQuota',
    'servicequotas:GetServiceQuota',
  ],
  kubernetes: [
    'list /nodes',
    'list /pods',
    'list /persistentvolumes',
    'list /persistentvolumeclaims',
    'list storage.k8s.io/volumeattributesclasses',
  ],
};

/** What looking for volumes to step back needs, and for alarms that no event told of; the cluster is not asked. */
export const sweeps: Permissions = {
  aws: [
    'cloudwatch:DescribeAlarmContributors',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:ListAlarmMuteRules',
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumesModifications',
  ],
  kubernetes: [],
};
