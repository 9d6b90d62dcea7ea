import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { prepare, type Server, startServer } from '../../../scripts/engines/ministack.ts';
import { STAGE } from '../../contract/template-package.ts';
import { ACCOUNT, type Aws, awsAt, clientOptions, REGION, SECRET } from './aws.ts';
import { CLUSTER, clusterFront, type FakeCluster, fakeCluster } from './cluster.ts';
import { type DurableStarts, durableStarts } from './durable.ts';
import { ENGINE_HOST, GATEWAY_HOST, type Gateway, startGateway } from './gateway.ts';
import { deploy, type Prepared, prepareStack } from './stack.ts';

export const FUNCTIONS = {
  notice: `paramedic-${STAGE}-nodeInterruptionNotice`,
  remediate: `paramedic-${STAGE}-nodeInterruptionRemediate`,
};

/** An AWS with the service deployed into it, and a cluster for it to look after. */
export interface Stage extends Prepared {
  gateway: Gateway;
  cluster: FakeCluster;
  durable: DurableStarts;
  aws: Aws;
  options: ReturnType<typeof clientOptions>;
  /** What the engine and the functions in it said. */
  log(): Promise<string>;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const closing = new AsyncDisposableStack();
  try {
    return { ...(await build(closing)), close: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function build(closing: AsyncDisposableStack): Promise<Omit<Stage, 'close'>> {
  const command = await prepare();
  const cluster = await fakeCluster();
  closing.defer(cluster.close);
  const durable = durableStarts();
  const gateway = await startGateway({
    'eks:DescribeCluster': clusterFront(cluster),
    'lambda:Invoke': durable.front,
  });
  closing.defer(gateway.close);
  const starting = start(closing, command, gateway.port);
  const preparing = prepareStack();
  // Both to their ends, so that a failure of one leaves nothing of the other behind.
  const [, prepared] = await Promise.allSettled([starting, preparing]);
  if (prepared.status === 'fulfilled') closing.defer(prepared.value.template.dispose);
  const { logFile } = await starting;
  const { template, changes } = await preparing;
  await deploy(template, gateway.port);
  const place = { aws: awsAt(gateway.port), options: clientOptions(gateway.port) };
  changes.push(await makeDurable(place));
  await createCluster(place);
  return { template, changes, gateway, cluster, durable, ...place, log: () => readFile(logFile, 'utf8') };
}

async function start(closing: AsyncDisposableStack, command: string, port: number): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'paramedic-ministack-'));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startServer(command, {
    host: ENGINE_HOST,
    port,
    reachedAt: GATEWAY_HOST,
    account: ACCOUNT,
    region: REGION,
    secret: SECRET,
    folder,
  });
  closing.defer(server.stop);
  return server;
}

type Place = Pick<Stage, 'aws' | 'options'>;

/** The engine's CloudFormation drops the setting, and its Lambda wants a word more: `Enabled`. */
async function makeDurable({ aws, options }: Place): Promise<string> {
  const client = new LambdaClient(options);
  const read = async () => {
    const command = new GetFunctionConfigurationCommand({ FunctionName: FUNCTIONS.remediate });
    return JSON.stringify((await client.send(command)).DurableConfig);
  };
  const before = await read();
  const DurableConfig = { Enabled: true, ExecutionTimeout: 86_400, RetentionPeriodInDays: 30 };
  await aws.rest('lambda', 'PUT', `/2015-03-31/functions/${FUNCTIONS.remediate}/configuration`, {
    DurableConfig,
  });
  return `${FUNCTIONS.remediate}.DurableConfig, after the deployment: ${before} -> ${await read()} and Enabled`;
}

async function createCluster({ aws, options }: Place): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await aws.query('iam', '2010-05-08', 'CreateRole', {
    RoleName: CLUSTER,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  const command = new CreateClusterCommand({
    name: CLUSTER,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${CLUSTER}`,
    resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
  });
  await new EKSClient(options).send(command);
}

export interface Machine {
  id: string;
  privateDnsName: string;
  /** EC2's word for how it was bought; absent when it was not asked, or forgot. */
  lifecycle: string | undefined;
}

/** A running Spot instance, of the cluster if one is named. */
export async function launch({ options }: Stage, cluster?: string): Promise<Machine> {
  const Tags = cluster === undefined ? [] : [{ Key: 'eks:cluster-name', Value: cluster }];
  const command = new RunInstancesCommand({
    ImageId: 'ami-0123456789abcdef0',
    InstanceType: 'm6i.large',
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: { MarketType: 'spot' },
    ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: 'instance', Tags }] }),
  });
  const { Instances: [instance] = [] } = await new EC2Client(options).send(command);
  const { InstanceId = '', PrivateDnsName = '', InstanceLifecycle } = instance ?? {};
  return { id: InstanceId, privateDnsName: PrivateDnsName, lifecycle: InstanceLifecycle };
}
