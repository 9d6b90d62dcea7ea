import {
  ALARM,
  CLUSTER,
  EBS_REMEDIATE,
  EBS_RUN,
  GROUP,
  INSTANCE,
  OTHER_KEY,
  queueArn,
  REMEDIATE,
  RUN,
  VOLUME,
} from './policy-arns.ts';
import { OF_CLUSTERS, on, TAGGED } from './policy-calls.ts';
import type { Refusal } from './policy-refusals.ts';

const APART: Refusal = {
  why: 'lanes and runs of another trouble are not its own',
  calls: [
    ...on(queueArn('lifecycle'), ['sqs:ReceiveMessage', 'sqs:SendMessage']),
    ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
    ...on(RUN, ['lambda:SendDurableExecutionCallbackSuccess', 'lambda:CheckpointDurableExecution']),
  ],
};

/** Neither a cluster's volume nor one that people marked. */
const NOBODYS = [
  {},
  { 'aws:ResourceTag/paramedic': 'false' },
  { 'aws:ResourceTag/ebs.csi.aws.com/cluster': 'false' },
  { 'aws:ResourceTag/Name': 'database' },
  { 'aws:RequestTag/paramedic': 'true' },
];

/** Of the function that takes in alarms about volumes. */
export const EBS_RECEIVE: readonly Refusal[] = [
  APART,
  {
    why: 'nothing is put back into its own lane',
    calls: on(queueArn('lifecycle', 'ebs-saturation'), ['sqs:SendMessage']),
  },
  {
    why: "it reads volumes and alarms and changes none, a cluster's or not",
    calls: [
      ...[TAGGED, ...OF_CLUSTERS].flatMap((tags) => on(VOLUME, ['ec2:ModifyVolume'], tags)),
      ...on(ALARM, ['cloudwatch:DisableAlarmActions', 'cloudwatch:SetAlarmState'], TAGGED),
    ],
  },
];

/** Of the runs about them. */
export const EBS_REMEDIATION: readonly Refusal[] = [
  APART,
  {
    why: 'a volume that neither a cluster made nor people marked is not changed',
    calls: NOBODYS.flatMap((tags) => on(VOLUME, ['ec2:ModifyVolume'], tags)),
  },
  {
    why: 'a volume is given more and nothing else is done with it, whoever made it',
    calls: [TAGGED, ...OF_CLUSTERS].flatMap((tags) =>
      on(VOLUME, ['ec2:DeleteVolume', 'ec2:DetachVolume', 'ec2:CreateSnapshot', 'ec2:CreateTags'], tags),
    ),
  },
  {
    why: 'nothing else of the infrastructure is changed, tagged or not',
    calls: [
      ...on(INSTANCE, ['ec2:TerminateInstances', 'ec2:ModifyInstanceAttribute'], TAGGED),
      ...on(GROUP, ['autoscaling:SetDesiredCapacity', 'autoscaling:DetachInstances'], TAGGED),
      ...on(CLUSTER, ['eks:UpdateClusterConfig'], TAGGED),
      ...on(ALARM, ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'], TAGGED),
      ...on('*', ['cloudwatch:PutMetricData']),
    ],
  },
  {
    why: 'it needs no key of a volume: what is encrypted stays so by itself',
    calls: on(OTHER_KEY, ['kms:CreateGrant', 'kms:ReEncryptFrom', 'kms:Decrypt']),
  },
  {
    why: 'it takes no events and starts no run, itself included',
    calls: [
      ...on(queueArn('lifecycle', 'ebs-saturation'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']),
      ...on(`${EBS_REMEDIATE}:durable`, ['lambda:InvokeFunction']),
      ...on(EBS_RUN, ['lambda:SendDurableExecutionCallbackSuccess']),
    ],
  },
];
