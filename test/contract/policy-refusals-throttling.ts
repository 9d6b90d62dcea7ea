import {
  CLUSTER,
  CNI_ADDON,
  GROUP,
  INSTANCE,
  NODE_GROUP,
  OTHER_ADDON,
  OTHER_QUOTA,
  POD_IDENTITY,
  QUOTAS_ROLE,
  queueArn,
  REMEDIATE,
  ROLE_ENTRY,
  RUN,
  THROTTLING_REMEDIATE,
  THROTTLING_RUN,
  USER_ENTRY,
} from './policy-arns.ts';
import { on, TAGGED } from './policy-calls.ts';
import type { Refusal } from './policy-refusals.ts';

/** Of the service account of aws-node. */
const CNI_ROLE = 'arn:aws:iam::210987654321:role/shop-vpc-cni';

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
  {
    why: 'whose roles they are is read and never changed, and people’s own entries are not read',
    calls: [
      ...on(USER_ENTRY, ['eks:DescribeAccessEntry']),
      ...on(CLUSTER, ['eks:CreateAccessEntry', 'eks:CreatePodIdentityAssociation'], TAGGED),
      ...on(ROLE_ENTRY, ['eks:UpdateAccessEntry', 'eks:AssociateAccessPolicy'], TAGGED),
      ...on(POD_IDENTITY, ['eks:UpdatePodIdentityAssociation'], TAGGED),
      ...on(OTHER_ADDON, ['eks:UpdateAddon'], TAGGED),
      ...on(NODE_GROUP, ['eks:UpdateNodegroupConfig'], TAGGED),
    ],
  },
];

/** Of the runs about them. */
export const THROTTLING_REMEDIATION: readonly Refusal[] = [
  APART,
  {
    why: 'it reads and changes one add-on alone, and nothing else of the infrastructure, tagged or not',
    calls: [
      ...on(OTHER_ADDON, ['eks:DescribeAddon', 'eks:DescribeUpdate', 'eks:UpdateAddon'], TAGGED),
      ...on(CNI_ADDON, ['eks:DeleteAddon'], TAGGED),
      ...on(CLUSTER, ['eks:UpdateClusterConfig', 'eks:CreateAddon'], TAGGED),
      ...on('*', ['support:CreateCase', 'cloudwatch:PutMetricData']),
      ...on(INSTANCE, ['ec2:TerminateInstances'], TAGGED),
      ...on(GROUP, ['autoscaling:SetDesiredCapacity', 'autoscaling:DetachInstances'], TAGGED),
    ],
  },
  {
    why: 'it asks for no quota of another service, and passes and makes no role but the one of Service Quotas',
    calls: [
      ...on(OTHER_QUOTA, ['servicequotas:RequestServiceQuotaIncrease']),
      ...on(CNI_ROLE, ['iam:PassRole', 'iam:PutRolePolicy']),
      ...on(QUOTAS_ROLE, ['iam:CreateServiceLinkedRole']),
      ...on(QUOTAS_ROLE, ['iam:CreateServiceLinkedRole'], { 'iam:AWSServiceName': 'eks.amazonaws.com' }),
      ...on(CNI_ROLE, ['iam:CreateServiceLinkedRole'], {
        'iam:AWSServiceName': 'servicequotas.amazonaws.com',
      }),
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
