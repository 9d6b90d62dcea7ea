import {
  CLUSTER,
  GROUP,
  INSTANCE,
  queueArn,
  REMEDIATE,
  RUN,
  THROTTLING_REMEDIATE,
  THROTTLING_RUN,
} from './policy-arns.ts';
import { on, TAGGED } from './policy-calls.ts';
import type { Refusal } from './policy-refusals.ts';

const APART: Refusal = {
  why: 'lanes and runs of another trouble are not its own',
  calls: [
    ...on(queueArn('lifecycle'), ['sqs:ReceiveMessage', 'sqs:SendMessage']),
    ...on(`${REMEDIATE}:durable`, ['lambda:InvokeFunction']),
    ...on(RUN, ['lambda:SendDurableExecutionCallbackSuccess', 'lambda:CheckpointDurableExecution']),
  ],
};

/** Of the function that counts throttled calls. */
export const THROTTLING_RECEIVE: readonly Refusal[] = [
  APART,
  {
    why: 'nothing is put back into its own lane',
    calls: on(queueArn('lifecycle', 'api-throttling'), ['sqs:SendMessage']),
  },
];

/** Of the runs about them. */
export const THROTTLING_REMEDIATION: readonly Refusal[] = [
  APART,
  {
    why: 'it sees and changes nothing of the infrastructure, tagged or not',
    calls: [
      ...on('*', ['ec2:DescribeInstances']),
      ...on(CLUSTER, ['eks:DescribeCluster']),
      ...on(INSTANCE, ['ec2:TerminateInstances'], TAGGED),
      ...on(GROUP, ['autoscaling:SetDesiredCapacity', 'autoscaling:DetachInstances'], TAGGED),
    ],
  },
  {
    why: 'it takes no events and starts no run, itself included',
    calls: [
      ...on(queueArn('lifecycle', 'api-throttling'), ['sqs:ReceiveMessage', 'sqs:DeleteMessage']),
      ...on(`${THROTTLING_REMEDIATE}:durable`, ['lambda:InvokeFunction']),
      ...on(THROTTLING_RUN, ['lambda:SendDurableExecutionCallbackSuccess']),
    ],
  },
];
