import {
  CLUSTER,
  functionArn,
  GROUP,
  INSTANCE,
  logStreamArn,
  NAMED_SECRET,
  OTHER_FUNCTION,
  OTHER_KEY,
  OTHER_SECRET,
  OTHER_TOPIC,
  queueArn,
  REMEDIATE,
  RUN,
  RUN_OF_COPY,
  roleArn,
  TABLE,
  TOPIC,
  VOLUME,
} from './policy-arns.ts';
import { OF_CLUSTERS, on, rows, TAGGED } from './policy-calls.ts';
import type { Call } from './policy-decision.ts';
import { EBS_RECEIVE, EBS_REMEDIATION } from './policy-refusals-ebs.ts';
import { THROTTLING_RECEIVE, THROTTLING_REMEDIATION } from './policy-refusals-throttling.ts';
import { SIGNING_SECRET } from './template-iam.ts';

export interface Refusal {
  why: string;
  calls: readonly Call[];
}

const CHANGES_OF_GROUPS = [
  'autoscaling:CompleteLifecycleAction',
  'autoscaling:DetachInstances',
  'autoscaling:SetDesiredCapacity',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
];
const UNTAGGED: Call['context'][] = [
  {},
  { 'aws:ResourceTag/paramedic': 'false' },
  { 'aws:ResourceTag/team': 'true' },
];

/** The resource has no tag, another value of ours, or another tag. */
function withoutTag(resource: string, actions: readonly string[]): Call[] {
  return UNTAGGED.flatMap((context) => on(resource, actions, context));
}

const EVERYBODY: readonly Refusal[] = [
  {
    why: 'the ledger forgets nothing',
    calls: on(TABLE, ['dynamodb:DeleteItem', 'dynamodb:DeleteTable', 'dynamodb:BatchWriteItem']),
  },
  {
    why: 'what is deployed changes by a deployment',
    calls: [
      ...on(REMEDIATE, ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration']),
      ...on(roleArn('sweep'), ['iam:PassRole', 'iam:PutRolePolicy', 'sts:AssumeRole']),
    ],
  },
  { why: 'a run starts through the alias', calls: on(REMEDIATE, ['lambda:InvokeFunction']) },
  {
    why: 'no function but remediate is started',
    calls: [OTHER_FUNCTION, functionArn('sweep')].flatMap((arn) => on(arn, ['lambda:InvokeFunction'])),
  },
  {
    why: 'runs of a function whose name begins with ours are not ours',
    calls: on(RUN_OF_COPY, [
      'lambda:SendDurableExecutionCallbackSuccess',
      'lambda:CheckpointDurableExecution',
    ]),
  },
  { why: 'a run ends by itself', calls: on(RUN, ['lambda:StopDurableExecution']) },
  {
    why: "nobody else's topic, key or log is touched",
    calls: [
      ...on(OTHER_TOPIC, ['sns:Publish']),
      ...on(OTHER_KEY, ['kms:Decrypt', 'kms:GenerateDataKey']),
      ...on(logStreamArn('other'), ['logs:PutLogEvents']),
    ],
  },
  {
    why: 'groups, clusters and access to them stay',
    calls: [
      ...on(GROUP, ['autoscaling:DeleteAutoScalingGroup', 'autoscaling:UpdateAutoScalingGroup'], TAGGED),
      ...on(CLUSTER, ['eks:DeleteCluster', 'eks:CreateAccessEntry'], TAGGED),
    ],
  },
];

const RECEIVE: readonly Refusal[] = [
  {
    why: 'receive changes nothing outside Paramedic, tagged or not',
    calls: [
      ...on(INSTANCE, ['ec2:TerminateInstances', 'ec2:StopInstances'], TAGGED),
      ...on(GROUP, [...CHANGES_OF_GROUPS, 'autoscaling:RecordLifecycleActionHeartbeat'], TAGGED),
    ],
  },
  { why: 'receive speaks to nobody', calls: on(TOPIC, ['sns:Publish']) },
  { why: 'receive never writes the records of a run', calls: on(RUN, ['lambda:CheckpointDurableExecution']) },
];

/** Function name → what its role must never be able to do. */
export const REFUSED: Readonly<Record<string, readonly Refusal[]>> = {
  nodeInterruptionNotice: [
    ...EVERYBODY,
    ...RECEIVE,
    { why: 'the other lane is not its own', calls: on(queueArn('lifecycle'), ['sqs:ReceiveMessage']) },
    { why: 'nothing is put back into its own lane', calls: on(queueArn('notice'), ['sqs:SendMessage']) },
  ],
  nodeInterruptionLifecycle: [
    ...EVERYBODY,
    ...RECEIVE,
    { why: 'the other lane is not its own', calls: on(queueArn('notice'), ['sqs:ReceiveMessage']) },
    { why: 'nothing is put back into its own lane', calls: on(queueArn('lifecycle'), ['sqs:SendMessage']) },
  ],
  nodeInterruptionRemediate: [
    ...EVERYBODY,
    {
      why: 'a group without our tag is not changed',
      calls: withoutTag(GROUP, [...CHANGES_OF_GROUPS, 'autoscaling:RecordLifecycleActionHeartbeat']),
    },
    {
      why: 'instances end through their group, never beside it',
      calls: on(INSTANCE, ['ec2:TerminateInstances', 'ec2:StopInstances'], TAGGED),
    },
    {
      why: 'it starts and wakes no run, itself included',
      calls: [
        ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
        ...on(RUN, ['lambda:SendDurableExecutionCallbackSuccess']),
      ],
    },
    { why: 'it takes no events', calls: on(queueArn('notice'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) },
  ],
  apiThrottlingLifecycle: [...EVERYBODY, ...RECEIVE, ...THROTTLING_RECEIVE],
  apiThrottlingRemediate: [...EVERYBODY, ...THROTTLING_REMEDIATION],
  ebsSaturationLifecycle: [...EVERYBODY, ...RECEIVE, ...EBS_RECEIVE],
  ebsSaturationRemediate: [...EVERYBODY, ...EBS_REMEDIATION],
  sweep: [
    ...EVERYBODY,
    {
      why: 'an instance without our tag is not ended',
      calls: withoutTag(INSTANCE, ['ec2:TerminateInstances']),
    },
    {
      why: 'a group without our tag is not held',
      calls: withoutTag(GROUP, ['autoscaling:RecordLifecycleActionHeartbeat']),
    },
    {
      why: 'it finds volumes to step back and changes none, whoever made them',
      calls: [TAGGED, ...OF_CLUSTERS].flatMap((tags) => on(VOLUME, ['ec2:ModifyVolume'], tags)),
    },
    { why: 'it holds groups and changes none, tagged or not', calls: on(GROUP, CHANGES_OF_GROUPS, TAGGED) },
    { why: 'it takes no events', calls: on(queueArn('notice'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) },
  ],
  approval: [
    ...EVERYBODY,
    {
      why: 'what faces the Internet writes neither the config, the stop switch, who may answer nor what was asked',
      calls: rows(
        ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        ['CONFIG', 'SWITCH', 'SLACKGROUP#S1', 'APPROVAL#1', 'DISRUPTIONS#prod'],
      ),
    },
    {
      why: 'it reads no more than a question needs',
      calls: [
        ...rows(['dynamodb:GetItem'], ['SWITCH', 'SUBJECT#instance/i-1', 'OUT#C1', 'NONCE#1']),
        ...rows(['dynamodb:Query'], ['INC#inc-1']),
        ...on(`${TABLE}/index/open`, ['dynamodb:Query']),
      ],
    },
    {
      why: 'it starts no run, speaks to nobody and sees no cluster',
      calls: [
        ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
        ...on(TOPIC, ['sns:Publish']),
        ...on(CLUSTER, ['eks:DescribeCluster']),
        ...on('*', ['ec2:DescribeInstances']),
      ],
    },
    {
      why: 'one secret, to be read',
      calls: [
        ...on(SIGNING_SECRET, ['secretsmanager:PutSecretValue']),
        ...on(SIGNING_SECRET.replace('signing', 'token'), ['secretsmanager:GetSecretValue']),
      ],
    },
  ],
  notifier: [
    ...EVERYBODY,
    {
      why: 'what tells people changes no incident, no answer, no config and no switch',
      calls: [
        ...rows(
          ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
          ['INC#inc-1', 'CONFIG', 'SWITCH', 'DISRUPTIONS#prod', 'NONCE#1'],
        ),
        ...rows(['dynamodb:UpdateItem'], ['APPROVAL#1']),
        ...rows(['dynamodb:PutItem'], ['SLACKGROUP#S1']),
      ],
    },
    {
      why: 'it reads what it tells and nothing else of the ledger',
      calls: [
        ...rows(['dynamodb:GetItem', 'dynamodb:Query'], ['SWITCH', 'SUBJECT#instance/i-1', 'NONCE#1']),
        ...on(`${TABLE}/index/open`, ['dynamodb:Query']),
      ],
    },
    {
      why: 'it wakes and starts no run, publishes nothing and sees no cluster',
      calls: [
        ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
        ...on(RUN, ['lambda:SendDurableExecutionCallbackSuccess']),
        ...on(TOPIC, ['sns:Publish']),
        ...on(CLUSTER, ['eks:DescribeCluster']),
        ...on('*', ['ec2:DescribeInstances']),
      ],
    },
    {
      why: 'it is given pictures of metrics, and no figures, and writes none',
      calls: on('*', ['cloudwatch:GetMetricData', 'cloudwatch:PutMetricData']),
    },
    {
      why: 'a secret that is ours neither by its name nor by our tag stays closed, and none is changed',
      calls: [
        ...withoutTag(OTHER_SECRET, ['secretsmanager:GetSecretValue']),
        ...on(NAMED_SECRET, ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret']),
      ],
    },
    {
      why: 'keys open secrets alone',
      calls: on(OTHER_KEY, ['kms:Decrypt'], { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' }),
    },
    { why: 'it takes no events', calls: on(queueArn('notice'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) },
  ],
};
