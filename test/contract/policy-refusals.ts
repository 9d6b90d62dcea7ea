import {
  CLUSTER,
  functionArn,
  GROUP,
  INSTANCE,
  logStreamArn,
  OTHER_FUNCTION,
  OTHER_KEY,
  OTHER_TOPIC,
  queueArn,
  REMEDIATE,
  RUN,
  RUN_OF_COPY,
  roleArn,
  TABLE,
  TOPIC,
} from './policy-arns.ts';
import { on, TAGGED } from './policy-calls.ts';
import type { Call } from './policy-decision.ts';

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
    { why: 'it holds groups and changes none, tagged or not', calls: on(GROUP, CHANGES_OF_GROUPS, TAGGED) },
    { why: 'it takes no events', calls: on(queueArn('notice'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) },
  ],
};
