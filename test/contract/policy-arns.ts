import { KEY_ID, PLACE } from './policy-roles.ts';
import { STAGE } from './template-package.ts';

const OURS = `paramedic-${STAGE}`;

/** Of this stage's own resources. */
export const TABLE = `arn:aws:dynamodb:${PLACE}:table/${OURS}`;
export const TOPIC = `arn:aws:sns:${PLACE}:${OURS}`;
export const KEY = `arn:aws:kms:${PLACE}:key/${KEY_ID}`;
export const REMEDIATE = functionArn('nodeInterruptionRemediate');
/** One durable execution; it belongs to a version, never to the alias. */
export const RUN = `${REMEDIATE}:7/durable-execution/5f0c1e/9f7d84c9`;
/** The same of the trouble that counts throttled calls. */
export const THROTTLING_REMEDIATE = functionArn('apiThrottlingRemediate');
export const THROTTLING_RUN = `${THROTTLING_REMEDIATE}:7/durable-execution/5f0c1e/9f7d84c9`;
/** The same of the trouble that looks after volumes. */
export const EBS_REMEDIATE = functionArn('ebsSaturationRemediate');
export const EBS_RUN = `${EBS_REMEDIATE}:7/durable-execution/5f0c1e/9f7d84c9`;

export function functionArn(name: string): string {
  return `arn:aws:lambda:${PLACE}:function:${OURS}-${name}`;
}

/** Of a lane: `notice`, `lifecycle-dlq`. */
export function queueArn(name: string, trouble = 'node-interruption'): string {
  return `arn:aws:sqs:${PLACE}:${OURS}-${trouble}-${name}`;
}

/** Topic and sweep put hints into it, and the notifier what it has left over. */
export const HINTS = `arn:aws:sqs:${PLACE}:${OURS}-notifier`;
/** A secret that is ours by its name, and one of somebody else's. */
export const NAMED_SECRET = `arn:aws:secretsmanager:${PLACE}:secret:paramedic/slack-bot-a1b2c3`;
export const OTHER_SECRET = `arn:aws:secretsmanager:${PLACE}:secret:shop/db-d4e5f6`;

export function logStreamArn(name: string): string {
  return `arn:aws:logs:${PLACE}:log-group:/aws/lambda/${OURS}-${name}:log-stream:2026/11/02/[7]0a1b2c`;
}

export function roleArn(name: string): string {
  return `arn:aws:iam::210987654321:role/${OURS}-${name}`;
}

/** Of the account that the stack is in. */
export const CLUSTER = `arn:aws:eks:${PLACE}:cluster/shop`;
export const NODE_GROUP = `arn:aws:eks:${PLACE}:nodegroup/shop/spot/5cc1a2b3`;
export const CNI_ADDON = `arn:aws:eks:${PLACE}:addon/shop/vpc-cni/7cc1a2b3`;
export const OTHER_ADDON = `arn:aws:eks:${PLACE}:addon/shop/coredns/8cc1a2b3`;
export const POD_IDENTITY = `arn:aws:eks:${PLACE}:podidentityassociation/shop/a-9cc1a2b3`;
export const ROLE_ENTRY = `arn:aws:eks:${PLACE}:access-entry/shop/role/210987654321/shop-node/acc1a2b3`;
export const USER_ENTRY = `arn:aws:eks:${PLACE}:access-entry/shop/user/210987654321/maria/bcc1a2b3`;
export const QUOTAS = ['ebs/L-7A658B76', 'ec2/L-8EEB235C', 'eks/L-1194D53C', 'vpc/L-DF5E4CA3'].map(
  (quota) => `arn:aws:servicequotas:${PLACE}:${quota}`,
);
export const OTHER_QUOTA = `arn:aws:servicequotas:${PLACE}:iam/L-FE177D64`;
export const QUOTAS_ROLE =
  'arn:aws:iam::210987654321:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas';
export const INSTANCE = `arn:aws:ec2:${PLACE}:instance/i-0123456789abcdef0`;
export const VOLUME = `arn:aws:ec2:${PLACE}:volume/vol-0123456789abcdef0`;
export const MUTE_RULE = `arn:aws:cloudwatch:${PLACE}:alarm-mute-rule:night`;
export const ALARM = `arn:aws:cloudwatch:${PLACE}:alarm:ebs-iops`;
export const GROUP = `arn:aws:autoscaling:${PLACE}:autoScalingGroup:6b1f9c2e:autoScalingGroupName/shop-spot`;
export const INTERFACE = `arn:aws:ec2:${PLACE}:network-interface/eni-0a1b2c3d4e5f60718`;

/** Of somebody else's in the same account. */
export const OTHER_FUNCTION = `arn:aws:lambda:${PLACE}:function:shop`;
export const OTHER_TOPIC = `arn:aws:sns:${PLACE}:shop`;
export const OTHER_KEY = `arn:aws:kms:${PLACE}:key/a1b2c3d4-0000-4000-8000-000000000000`;
/** Its name begins with the whole of ours. */
export const RUN_OF_COPY = `${REMEDIATE}Copy:7/durable-execution/5f0c1e/9f7d84c9`;
