import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { asList, asObject, inOrder, ofType, type Template } from './template-package.ts';
import { camelCase } from './template-rules.ts';

export interface Statement {
  sid: string;
  effect: string;
  actions: string[];
  resources: string[];
  /** The keys that its tests read. */
  conditions: string[];
  tests: ConditionTest[];
}

/** One line of a `Condition`, e.g. `StringEquals`: the key must have one of these values. */
export interface ConditionTest {
  operator: string;
  key: string;
  values: string[];
}

/** Function name (as in serverless.yml) → its role's statements. */
export function statementsByFunction(template: Template): Map<string, Statement[]> {
  const roles = ofType(template, 'AWS::IAM::Role').map(([, role]) => {
    const name = String(role['RoleName']).split('-').slice(2).join('-');
    const policies = asList(role['Policies']).map((policy) => asObject(asObject(policy)['PolicyDocument']));
    return [name, policies.flatMap(({ Statement }) => asList(Statement).map(readStatement))] as const;
  });
  return new Map(roles);
}

function readStatement(value: Parameters<typeof asObject>[0]): Statement {
  const statement = asObject(value);
  const tests = Object.entries(asObject(statement['Condition'])).flatMap(([operator, keys]) =>
    Object.entries(asObject(keys)).map(([key, wanted]) => ({
      operator,
      key,
      values: asList(wanted).map(String),
    })),
  );
  return {
    sid: String(statement['Sid']),
    effect: String(statement['Effect']),
    actions: asList(statement['Action']).map(String),
    resources: asList(statement['Resource']).map(String),
    conditions: tests.map(({ key }) => key),
    tests,
  };
}

export function allowed(statements: readonly Statement[]): string[] {
  const actions = statements.filter(({ effect }) => effect === 'Allow').flatMap((each) => each.actions);
  return inOrder(actions);
}

/** What the troubles' sweeps say they need. */
export function declaredBySweeps(troubles: readonly Pick<Trouble, 'sweeps'>[]): string[] {
  return inOrder(troubles.flatMap(({ sweeps }) => sweeps?.aws ?? []));
}

/** What the troubles say they need: every read of `gather` and every permission of every action. */
export function declaredByTroubles(troubles: readonly Pick<Trouble, 'reads' | 'actions'>[]): string[] {
  const needed = troubles.flatMap(({ reads, actions }) => [
    ...reads.aws,
    ...actions.flatMap((action) => action.permissions.aws),
  ]);
  return inOrder(needed);
}

/** The same of one function, as in serverless.yml: nothing where it is no trouble's run. */
export function declaredByRun(
  name: string,
  troubles: readonly Pick<Trouble, 'name' | 'reads' | 'actions'>[],
): string[] {
  return declaredByTroubles(troubles.filter((each) => name === `${camelCase(each.name)}Remediate`));
}

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const LEDGER = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];
const START_AND_WAKE = ['lambda:InvokeFunction', 'lambda:SendDurableExecutionCallbackSuccess'];
const TELL = ['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish'];
const FIND_OWNER = ['ec2:DescribeInstances', 'eks:DescribeCluster', 'eks:ListClusters'];
/** Whose roles callers have. */
const FIND_ROLES = [
  'eks:DescribeAccessEntry',
  'eks:DescribeAddon',
  'eks:DescribeNodegroup',
  'eks:DescribePodIdentityAssociation',
  'eks:ListAccessEntries',
  'eks:ListAddons',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
];
const RECEIVE = [
  ...LOGS,
  ...LEDGER,
  ...START_AND_WAKE,
  ...FIND_OWNER,
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/** What the pipeline itself needs around the troubles, function by function. */
export const PIPELINE: Readonly<Record<string, readonly string[]>> = {
  nodeInterruptionNotice: RECEIVE,
  nodeInterruptionLifecycle: RECEIVE,
  nodeInterruptionRemediate: [
    ...LOGS,
    ...LEDGER,
    ...TELL,
    'eks:DescribeCluster',
    'lambda:CheckpointDurableExecution',
    'lambda:GetDurableExecutionState',
    'sqs:SendMessage',
  ],
  apiThrottlingLifecycle: [...RECEIVE, ...FIND_ROLES],
  apiThrottlingRemediate: [
    ...LOGS,
    ...LEDGER,
    ...TELL,
    'lambda:CheckpointDurableExecution',
    'lambda:GetDurableExecutionState',
    'sqs:SendMessage',
  ],
  ebsSaturationLifecycle: [...RECEIVE, 'cloudwatch:DescribeAlarms', 'ec2:DescribeVolumes'],
  ebsSaturationRemediate: [
    ...LOGS,
    ...LEDGER,
    ...TELL,
    'eks:DescribeCluster',
    'lambda:CheckpointDurableExecution',
    'lambda:GetDurableExecutionState',
    'sqs:SendMessage',
  ],
  sweep: [
    ...LOGS,
    ...LEDGER,
    ...START_AND_WAKE,
    ...TELL,
    'eks:ListClusters',
    'lambda:ListDurableExecutionsByFunction',
    'sqs:SendMessage',
  ],
  approval: [
    ...LOGS,
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'lambda:SendDurableExecutionCallbackSuccess',
    'secretsmanager:GetSecretValue',
  ],
  notifier: [
    ...LOGS,
    ...LEDGER,
    'cloudwatch:GetMetricWidgetImage',
    'kms:Decrypt',
    'secretsmanager:GetSecretValue',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ],
};

/** What AWS asks for in a role's name while it does what our code asked for; no code of ours calls it. */
export const IN_OUR_NAME: Readonly<Record<string, readonly string[]>> = {
  // Service Quotas, with the first request of an account.
  apiThrottlingRemediate: ['iam:CreateServiceLinkedRole'],
};

/** Functions that talk to no cluster and so stand in no network of yours, whatever `network` says. */
export const OUTSIDE_NETWORK: ReadonlySet<string> = new Set([
  'approval',
  'notifier',
  'apiThrottlingLifecycle',
]);

/** For `slackSigningSecretArn`: the address for clicks exists only with it. */
export const SIGNING_SECRET =
  'arn:aws:secretsmanager:eu-west-1:210987654321:secret:paramedic/slack-signing-a1b2c3';

/** Actions that may stand on resource `*`, and why nothing narrower exists. */
export const UNSCOPED: Readonly<Record<string, string>> = {
  'ec2:DescribeInstances': 'EC2 describe calls take no resource',
  'ec2:DescribeVolumes': 'EC2 describe calls take no resource',
  'ec2:DescribeVolumesModifications': 'EC2 describe calls take no resource',
  'ec2:DescribeInstanceTypes': 'EC2 describe calls take no resource',
  'ec2:DescribeLaunchTemplateVersions': 'EC2 describe calls take no resource',
  'eks:ListClusters': 'names no cluster',
  'eks:DescribeAddonConfiguration': 'about a version of an add-on, in no cluster',
  'servicequotas:GetServiceQuota': 'Service Quotas reads take no resource',
  'servicequotas:GetAWSDefaultServiceQuota': 'Service Quotas reads take no resource',
  'servicequotas:GetRequestedServiceQuotaChange': 'Service Quotas reads take no resource',
  'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota': 'Service Quotas reads take no resource',
  'cloudwatch:DescribeAlarms': 'composite alarms are found only where the call may name every alarm',
  'cloudwatch:ListMetrics': 'CloudWatch reads take no resource',
  'cloudwatch:GetMetricData': 'CloudWatch reads take no resource',
  'cloudwatch:GetMetricWidgetImage': 'CloudWatch reads take no resource',
  'autoscaling:DescribeAutoScalingInstances': 'Auto Scaling describe calls take no resource',
  'autoscaling:DescribeAutoScalingGroups': 'Auto Scaling describe calls take no resource',
  'autoscaling:DescribeLifecycleHooks': 'Auto Scaling describe calls take no resource',
  'autoscaling:DescribeScalingActivities': 'Auto Scaling describe calls take no resource',
  'autoscaling:DescribeInstanceRefreshes': 'Auto Scaling describe calls take no resource',
  'ec2:CreateNetworkInterface': 'made by Lambda before anything exists; denied to our code',
  'ec2:DescribeNetworkInterfaces': 'EC2 describe calls take no resource',
  'ec2:DescribeSubnets': 'EC2 describe calls take no resource',
  'ec2:DeleteNetworkInterface': 'done by Lambda; denied to our code',
  'ec2:AssignPrivateIpAddresses': 'done by Lambda; denied to our code',
  'ec2:UnassignPrivateIpAddresses': 'done by Lambda; denied to our code',
};

const OURS = ['paramedic'];
/** Action → the tags to one of which each of its statements is bound. */
export const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'autoscaling:CompleteLifecycleAction': OURS,
  'autoscaling:DetachInstances': OURS,
  'autoscaling:RecordLifecycleActionHeartbeat': OURS,
  'autoscaling:SetDesiredCapacity': OURS,
  'autoscaling:TerminateInstanceInAutoScalingGroup': OURS,
  'ec2:ModifyVolume': [
    ...OURS,
    'ebs.csi.aws.com/cluster',
    'kubernetes.io/created-for/pvc/name',
    'eks:eks-cluster-name',
  ],
  'ec2:TerminateInstances': OURS,
};
/** Anything on instances, volumes and groups that does not only read; network interfaces are denied to our code. */
export const CHANGE = /^(autoscaling|ec2):(?!Describe)(?!.*(NetworkInterface|PrivateIpAddresses)$)/;

/** Whether an IAM resource pattern covers an ARN: `*` is any text. */
export function covers(pattern: string, arn: string): boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(arn);
}
