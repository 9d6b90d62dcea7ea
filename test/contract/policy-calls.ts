import {
  CLUSTER,
  GROUP,
  INSTANCE,
  INTERFACE,
  KEY,
  logStreamArn,
  NODE_GROUP,
  queueArn,
  REMEDIATE,
  RUN,
  TABLE,
  TOPIC,
} from './policy-arns.ts';
import type { Call } from './policy-decision.ts';

/** The group or instance carries our tag. */
export const TAGGED = { 'aws:ResourceTag/paramedic': 'true' };

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

const START_AND_WAKE: readonly Call[] = [
  ...on('*', ['eks:ListClusters']),
  ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
  ...on(RUN, ['lambda:SendDurableExecutionCallbackSuccess']),
];

const TELL: readonly Call[] = [
  ...on(TOPIC, ['sns:Publish']),
  ...on(KEY, ['kms:Decrypt', 'kms:GenerateDataKey']),
];

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
  sweep: [
    ...everybody('sweep'),
    ...START_AND_WAKE,
    ...TELL,
    ...on(`${TABLE}/index/open`, ['dynamodb:Query']),
    ...on('*', ['autoscaling:DescribeAutoScalingInstances', 'autoscaling:DescribeLifecycleHooks']),
    ...on(REMEDIATE, ['lambda:ListDurableExecutionsByFunction']),
    ...on(INSTANCE, ['ec2:TerminateInstances'], TAGGED),
    ...on(GROUP, ['autoscaling:RecordLifecycleActionHeartbeat'], TAGGED),
  ],
};

function receive(name: string, lane: string): Call[] {
  const consume = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ];
  return [
    ...everybody(name),
    ...START_AND_WAKE,
    ...on(queueArn(lane), consume),
    ...on(queueArn(`${lane}-dlq`), ['sqs:SendMessage']),
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
