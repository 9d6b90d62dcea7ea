import {
  ALARM,
  CLUSTER,
  CNI_ADDON,
  EBS_REMEDIATE,
  EBS_RUN,
  GROUP,
  HINTS,
  INSTANCE,
  INTERFACE,
  KEY,
  logStreamArn,
  MUTE_RULE,
  NAMED_SECRET,
  NODE_GROUP,
  OTHER_ADDON,
  OTHER_KEY,
  OTHER_SECRET,
  POD_IDENTITY,
  QUOTAS,
  QUOTAS_ROLE,
  queueArn,
  REMEDIATE,
  ROLE_ENTRY,
  RUN,
  TABLE,
  THROTTLING_REMEDIATE,
  THROTTLING_RUN,
  TOPIC,
  VOLUME,
} from './policy-arns.ts';
import type { Call } from './policy-decision.ts';
import { SIGNING_SECRET } from './template-iam.ts';

/** The group or instance carries our tag. */
export const TAGGED = { 'aws:ResourceTag/paramedic': 'true' };

/** By whom a volume was made, as IAM sees it. */
export const OF_CLUSTERS: readonly Readonly<Record<string, string>>[] = [
  { 'aws:ResourceTag/ebs.csi.aws.com/cluster': 'true' },
  { 'aws:ResourceTag/kubernetes.io/created-for/pvc/name': 'data-0' },
  { 'aws:ResourceTag/eks:eks-cluster-name': 'shop' },
];

/** The same request for each action. */
export function on(resource: string, actions: readonly string[], context: Call['context'] = {}): Call[] {
  return actions.map((action) => ({ action, resource, context }));
}

/** What Lambda does in the role's name, and code never. */
export const NETWORK: readonly Call[] = [
  ...on(INTERFACE, [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ]),
  ...on('*', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']),
];

function startAndWake(remediate: string, run: string): Call[] {
  return [
    ...on('*', ['eks:ListClusters']),
    ...on(`${remediate}:durable`, ['lambda:InvokeFunction']),
    ...on(run, ['lambda:SendDurableExecutionCallbackSuccess']),
  ];
}

const TELL: readonly Call[] = [
  ...on(TOPIC, ['sns:Publish']),
  ...on(KEY, ['kms:Decrypt', 'kms:GenerateDataKey']),
];

const NODES = { trouble: 'node-interruption', remediate: REMEDIATE, run: RUN };

/** Function name → one call for everything its code does, and Lambda does around it. */
export const DONE: Readonly<Record<string, readonly Call[]>> = {
  nodeInterruptionNotice: receive('nodeInterruptionNotice', 'notice'),
  nodeInterruptionLifecycle: receive('nodeInterruptionLifecycle', 'lifecycle'),
  nodeInterruptionRemediate: [
    ...everybody('nodeInterruptionRemediate'),
    ...TELL,
    ...on(RUN, ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState']),
    ...on(queueArn('remediate-dlq'), ['sqs:SendMessage']),
    ...on(NODE_GROUP, ['eks:DescribeNodegroup']),
    ...on('*', [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeLifecycleHooks',
      'autoscaling:DescribeScalingActivities',
    ]),
    ...on(
      GROUP,
      [
        'autoscaling:CompleteLifecycleAction',
        'autoscaling:DetachInstances',
        'autoscaling:RecordLifecycleActionHeartbeat',
        'autoscaling:SetDesiredCapacity',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
      ],
      TAGGED,
    ),
  ],
  apiThrottlingLifecycle: [
    ...receive('apiThrottlingLifecycle', 'lifecycle', {
      trouble: 'api-throttling',
      remediate: THROTTLING_REMEDIATE,
      run: THROTTLING_RUN,
    }),
    ...on(CLUSTER, [
      'eks:ListAccessEntries',
      'eks:ListAddons',
      'eks:ListNodegroups',
      'eks:ListPodIdentityAssociations',
    ]),
    ...on(NODE_GROUP, ['eks:DescribeNodegroup']),
    ...on(OTHER_ADDON, ['eks:DescribeAddon']),
    ...on(POD_IDENTITY, ['eks:DescribePodIdentityAssociation']),
    ...on(ROLE_ENTRY, ['eks:DescribeAccessEntry']),
  ],
  apiThrottlingRemediate: [
    ...on(logStreamArn('apiThrottlingRemediate'), ['logs:CreateLogStream', 'logs:PutLogEvents']),
    ...on(TABLE, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']),
    ...TELL,
    ...on(THROTTLING_RUN, ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState']),
    ...on(queueArn('remediate-dlq', 'api-throttling'), ['sqs:SendMessage']),
    ...on(CLUSTER, ['eks:DescribeCluster', 'eks:DescribeUpdate']),
    ...on(CNI_ADDON, ['eks:DescribeAddon', 'eks:DescribeUpdate', 'eks:UpdateAddon']),
    ...QUOTAS.flatMap((quota) => on(quota, ['servicequotas:RequestServiceQuotaIncrease'])),
    ...on(QUOTAS_ROLE, ['iam:CreateServiceLinkedRole'], {
      'iam:AWSServiceName': 'servicequotas.amazonaws.com',
    }),
    ...on('*', [
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeScalingActivities',
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeSubnets',
      'eks:DescribeAddonConfiguration',
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetRequestedServiceQuotaChange',
      'servicequotas:GetServiceQuota',
      'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
    ]),
  ],
  ebsSaturationLifecycle: [
    ...receive('ebsSaturationLifecycle', 'lifecycle', {
      trouble: 'ebs-saturation',
      remediate: EBS_REMEDIATE,
      run: EBS_RUN,
    }),
    ...on('*', ['ec2:DescribeVolumes']),
    ...on(ALARM, ['cloudwatch:DescribeAlarms']),
  ],
  ebsSaturationRemediate: [
    ...everybody('ebsSaturationRemediate'),
    ...TELL,
    ...on(EBS_RUN, ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState']),
    ...on(queueArn('remediate-dlq', 'ebs-saturation'), ['sqs:SendMessage']),
    ...on('*', [
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:DescribeVolumes',
      'ec2:DescribeVolumesModifications',
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetServiceQuota',
    ]),
    ...on(ALARM, ['cloudwatch:DescribeAlarmContributors', 'cloudwatch:DescribeAlarms']),
    ...[TAGGED, ...OF_CLUSTERS].flatMap((tags) => on(VOLUME, ['ec2:ModifyVolume'], tags)),
  ],
  sweep: [
    ...everybody('sweep'),
    ...startAndWake(REMEDIATE, RUN),
    ...startAndWake(THROTTLING_REMEDIATE, THROTTLING_RUN),
    ...startAndWake(EBS_REMEDIATE, EBS_RUN),
    ...on(THROTTLING_REMEDIATE, ['lambda:ListDurableExecutionsByFunction']),
    ...on(EBS_REMEDIATE, ['lambda:ListDurableExecutionsByFunction']),
    ...TELL,
    ...on(`${TABLE}/index/open`, ['dynamodb:Query']),
    ...on('*', ['autoscaling:DescribeAutoScalingInstances', 'autoscaling:DescribeLifecycleHooks']),
    ...on('*', ['cloudwatch:GetMetricData', 'ec2:DescribeVolumes', 'ec2:DescribeVolumesModifications']),
    ...on(ALARM, ['cloudwatch:DescribeAlarmContributors', 'cloudwatch:DescribeAlarms']),
    ...on(MUTE_RULE, ['cloudwatch:ListAlarmMuteRules']),
    ...on(REMEDIATE, ['lambda:ListDurableExecutionsByFunction']),
    ...on(INSTANCE, ['ec2:TerminateInstances'], TAGGED),
    ...on(GROUP, ['autoscaling:RecordLifecycleActionHeartbeat'], TAGGED),
    ...on(HINTS, ['sqs:SendMessage']),
  ],
  approval: [
    ...on(logStreamArn('approval'), ['logs:CreateLogStream', 'logs:PutLogEvents']),
    ...rows(['dynamodb:GetItem'], ['INC#inc-1', 'APPROVAL#1', 'SLACKGROUP#S1', 'CONFIG']),
    ...rows(['dynamodb:PutItem'], ['INC#inc-1', 'NONCE#1']),
    ...rows(['dynamodb:UpdateItem'], ['INC#inc-1']),
    ...[RUN, EBS_RUN].flatMap((run) => on(run, ['lambda:SendDurableExecutionCallbackSuccess'])),
    ...on(SIGNING_SECRET, ['secretsmanager:GetSecretValue']),
  ],
  notifier: [
    ...on(logStreamArn('notifier'), ['logs:CreateLogStream', 'logs:PutLogEvents']),
    ...on(HINTS, ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage']),
    ...rows(
      ['dynamodb:GetItem', 'dynamodb:Query'],
      ['INC#inc-1', 'OUT#C1', 'OUT', 'CONFIG', 'SLACKGROUP#S1'],
    ),
    ...rows(['dynamodb:UpdateItem'], ['OUT#C1', 'OUT', 'SLACKGROUP#S1']),
    ...rows(['dynamodb:PutItem'], ['APPROVAL#1']),
    ...on('*', ['cloudwatch:GetMetricWidgetImage']),
    ...on(NAMED_SECRET, ['secretsmanager:GetSecretValue']),
    ...on(OTHER_SECRET, ['secretsmanager:GetSecretValue'], TAGGED),
    ...on(OTHER_KEY, ['kms:Decrypt'], { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' }),
  ],
};

/** Calls on rows of the ledger whose partition key is one of these. */
export function rows(actions: readonly string[], keys: readonly string[]): Call[] {
  return keys.flatMap((key) => on(TABLE, actions, { 'dynamodb:LeadingKeys': key }));
}

function receive(name: string, lane: string, { trouble, remediate, run } = NODES): Call[] {
  const consume = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ];
  return [
    ...everybody(name),
    ...startAndWake(remediate, run),
    ...on(queueArn(lane, trouble), consume),
    ...on(queueArn(`${lane}-dlq`, trouble), ['sqs:SendMessage']),
  ];
}

function everybody(name: string): Call[] {
  return [
    ...on(logStreamArn(name), ['logs:CreateLogStream', 'logs:PutLogEvents']),
    ...on(TABLE, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']),
    ...on('*', ['ec2:DescribeInstances']),
    ...on(CLUSTER, ['eks:DescribeCluster']),
  ];
}
