import type { Resource, Tree } from '../../contract/template-package.ts';
import { asList, asObject } from '../../contract/template-package.ts';
import { type Aws, elements } from './aws.ts';

/** A resource of the template and what the engine called it. */
export interface Deployed {
  aws: Aws;
  properties: Resource['Properties'];
  physicalId: string;
  /** Logical id → physical id, for what the properties refer to. */
  ids: ReadonlyMap<string, string>;
}

const LAMBDA = '/2015-03-31';
const CLOUDWATCH = '2010-08-01';
const IAM = '2010-05-08';
const SNS = '2010-03-31';

/**
 * Asks the resource's own service, not CloudFormation, what it is, as text; throws when the service does not know
 * it. One for each type in the template.
 */
const READERS: Readonly<Record<string, (deployed: Deployed) => Promise<string>>> = {
  'AWS::CloudWatch::Alarm': async ({ aws, physicalId }) => {
    const names = { 'AlarmNames.member.1': physicalId };
    const xml = await aws.query('monitoring', CLOUDWATCH, 'DescribeAlarms', names);
    return found(xml, `<AlarmName>${physicalId}</AlarmName>`);
  },
  'AWS::CloudWatch::Dashboard': ({ aws, physicalId }) =>
    aws.query('monitoring', CLOUDWATCH, 'GetDashboard', { DashboardName: physicalId }),
  'AWS::DynamoDB::Table': async ({ aws, physicalId: TableName }) => {
    const ask = (operation: string) =>
      text(aws.json('dynamodb', `DynamoDB_20120810.${operation}`, { TableName }));
    const answers = ['DescribeTable', 'DescribeTimeToLive', 'DescribeContinuousBackups'].map(ask);
    return (await Promise.all(answers)).join();
  },
  'AWS::Events::Rule': async ({ aws, properties, physicalId }) => {
    const rule = await text(aws.json('events', 'AWSEvents.DescribeRule', { Name: physicalId }));
    const targets = await text(aws.json('events', 'AWSEvents.ListTargetsByRule', { Rule: physicalId }));
    const ids = asList(properties['Targets']).map((target) => String(asObject(target)['Id']));
    for (const id of ids) found(targets, `"Id":"${id}"`);
    return rule + targets;
  },
  'AWS::IAM::Role': async ({ aws, properties, physicalId }) => {
    const role = await aws.query('iam', IAM, 'GetRole', { RoleName: physicalId });
    const policies = await aws.query('iam', IAM, 'ListRolePolicies', { RoleName: physicalId });
    for (const policy of asList(properties['Policies']))
      found(policies, String(asObject(policy)['PolicyName']));
    return role + policies;
  },
  'AWS::KMS::Key': ({ aws, physicalId }) =>
    text(aws.json('kms', 'TrentService.DescribeKey', { KeyId: physicalId })),
  'AWS::Lambda::Alias': ({ aws, physicalId }) => {
    const [name, alias] = physicalId.split(':').slice(-2);
    return lambda(aws, `${LAMBDA}/functions/${name}/aliases/${alias}`);
  },
  'AWS::Lambda::EventInvokeConfig': ({ aws, physicalId }) => {
    const [name, qualifier = ''] = physicalId.split(':');
    const query = `Qualifier=${encodeURIComponent(qualifier)}`;
    return lambda(aws, `/2019-09-25/functions/${name}/event-invoke-config?${query}`);
  },
  'AWS::Lambda::EventSourceMapping': ({ aws, physicalId }) =>
    lambda(aws, `${LAMBDA}/event-source-mappings/${physicalId}`),
  'AWS::Lambda::Function': async ({ aws, physicalId }) => {
    const read = await lambda(aws, `${LAMBDA}/functions/${physicalId}/configuration`);
    const { CodeSize } = JSON.parse(read) as { CodeSize: number };
    if (CodeSize < 100_000) throw new Error('the function has no code');
    return read;
  },
  'AWS::Lambda::Permission': async ({ aws, properties, physicalId, ids }) => {
    const [name] = namedIn(properties['FunctionName'], ids);
    return found(await lambda(aws, `${LAMBDA}/functions/${name}/policy`), physicalId);
  },
  'AWS::Lambda::Version': ({ aws, physicalId }) => {
    const [name, version] = physicalId.split(':').slice(-2);
    return lambda(aws, `${LAMBDA}/functions/${name}/configuration?Qualifier=${version}`);
  },
  'AWS::Logs::LogGroup': async ({ aws, physicalId }) => {
    const input = { logGroupNamePrefix: physicalId };
    return found(await text(aws.json('logs', 'Logs_20140328.DescribeLogGroups', input)), physicalId);
  },
  'AWS::S3::Bucket': ({ aws, physicalId }) => aws.rest('s3', 'GET', `/${physicalId}?location=`),
  'AWS::S3::BucketPolicy': ({ aws, properties, ids }) =>
    aws.rest('s3', 'GET', `/${namedIn(properties['Bucket'], ids)[0]}?policy=`),
  'AWS::SNS::Subscription': ({ aws, physicalId }) =>
    aws.query('sns', SNS, 'GetSubscriptionAttributes', { SubscriptionArn: physicalId }),
  'AWS::SNS::Topic': ({ aws, physicalId }) =>
    aws.query('sns', SNS, 'GetTopicAttributes', { TopicArn: physicalId }),
  'AWS::SNS::TopicPolicy': async ({ aws, properties, ids }) => {
    const [TopicArn = ''] = namedIn(properties['Topics'], ids);
    return withStatements(await aws.query('sns', SNS, 'GetTopicAttributes', { TopicArn }), properties);
  },
  'AWS::SQS::Queue': ({ aws, physicalId }) => queue(aws, physicalId),
  'AWS::SQS::QueuePolicy': async ({ aws, properties, ids }) => {
    const urls = namedIn(properties['Queues'], ids);
    const read = await Promise.all(urls.map((url) => queue(aws, url)));
    return read.map((each) => withStatements(each, properties)).join();
  },
};

/** What its own service says of it; throws when the service, or this file, does not know it. */
export async function readBack(type: string, deployed: Deployed): Promise<string> {
  const reader = READERS[type];
  if (reader === undefined) throw new Error(`nothing here reads ${type} back`);
  return reader(deployed);
}

function queue(aws: Aws, QueueUrl: string): Promise<string> {
  return text(aws.json('sqs', 'AmazonSQS.GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }));
}

/** Without the blanks its JSON has. */
async function lambda(aws: Aws, path: string): Promise<string> {
  return JSON.stringify(JSON.parse(await aws.rest('lambda', 'GET', path)));
}

async function text(answer: Promise<unknown>): Promise<string> {
  return JSON.stringify(await answer);
}

function found(read: string, wanted: string): string {
  if (!read.includes(wanted)) throw new Error(`${wanted} is not there`);
  return read;
}

function withStatements(read: string, properties: Resource['Properties']): string {
  const statements = asList(asObject(properties['PolicyDocument'])['Statement']);
  for (const statement of statements) found(read, String(asObject(statement)['Sid']));
  return read;
}

/** The physical ids of what `ref:Id` and `arn:Id` stand for. */
function namedIn(value: Tree | undefined, ids: ReadonlyMap<string, string>): string[] {
  return asList(value).map((name) => ids.get(String(name).replace(/^(ref|arn):/, '')) ?? '');
}

/** The first element of this name in an XML answer; empty when there is none. */
export function element(xml: string, name: string): string {
  return elements(xml, name)[0] ?? '';
}
