import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ec2Adapter } from '../../shared/aws/ec2.ts';
import { ec2Operations } from '../../shared/aws/ec2-ops.ts';
import { eksAdapter } from '../../shared/aws/eks.ts';

const region = 'eu-west-1';

function ids(count: number): [string, ...string[]] {
  return ['i-0', ...Array.from({ length: count - 1 }, (_, index) => `i-${index + 1}`)];
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}

describe('EC2', () => {
  const mock = mockClient(EC2Client);
  const ec2 = ec2Adapter(async () => ec2Operations({ region }));
  beforeEach(() => mock.reset());

  test('asks by instance-id filter, 200 ids at a time, managed instances included', async () => {
    mock.on(DescribeInstancesCommand).resolves({});
    await ec2.describeInstances(ids(450));
    const inputs = mock.commandCalls(DescribeInstancesCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ Filters }) => Filters?.[0]?.Values?.length)).toEqual([200, 200, 50]);
    expect(new Set(inputs.flatMap(({ Filters }) => Filters?.[0]?.Values))).toEqual(new Set(ids(450)));
    for (const input of inputs) {
      expect(input).toMatchObject({ Filters: [{ Name: 'instance-id' }], IncludeManagedResources: true });
      expect(input.InstanceIds).toBeUndefined();
    }
  });

  test('reads every page, and what EC2 does not return is missing', async () => {
    const page = (InstanceId: string) => ({ Reservations: [{ Instances: [{ InstanceId }] }] });
    mock
      .on(DescribeInstancesCommand)
      .resolvesOnce({ ...page('i-0'), NextToken: 'two' })
      .resolvesOnce(page('i-1'));
    expect((await ec2.describeInstances(ids(3))).map(({ id }) => id)).toEqual(['i-0', 'i-1']);
    expect(mock.commandCalls(DescribeInstancesCommand)[1]?.args[0].input.NextToken).toBe('two');
  });

  test('maps a Spot instance under EKS Auto Mode that AWS is taking', async () => {
    const instance = {
      InstanceId: 'i-0',
      State: { Name: 'shutting-down' as const },
      StateReason: { Code: 'Server.SpotInstanceTermination' },
      InstanceType: 'm7g.large' as const,
      Placement: { AvailabilityZone: 'eu-west-1b' },
      InstanceLifecycle: 'spot' as const,
      LaunchTime: new Date(1_795_000_000_000),
      PrivateDnsName: 'ip-10-0-0-1.internal',
      Operator: { Managed: true, Principal: 'eks.amazonaws.com' },
      Tags: [{ Key: 'Name', Value: 'n' }],
    };
    mock.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });
    expect(await ec2.describeInstances(ids(1))).toEqual([
      {
        id: 'i-0',
        state: 'shutting-down',
        stateReason: 'Server.SpotInstanceTermination',
        type: 'm7g.large',
        zone: 'eu-west-1b',
        lifecycle: 'spot',
        launchedAt: 1_795_000_000_000,
        privateDnsName: 'ip-10-0-0-1.internal',
        managedBy: 'eks.amazonaws.com',
        tags: { Name: 'n' },
      },
    ]);
  });

  test('an instance with nothing but an id is on-demand in an unknown state, unmanaged', async () => {
    const bare = { InstanceId: 'i-0', PrivateDnsName: '', Operator: { Managed: false } };
    mock.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [bare] }] });
    expect(await ec2.describeInstances(ids(1))).toEqual([
      { id: 'i-0', state: 'unknown', type: '', zone: '', lifecycle: 'on-demand', tags: {} },
    ]);
  });

  test('a denial names ec2:DescribeInstances', async () => {
    mock.on(DescribeInstancesCommand).rejects(named('UnauthorizedOperation'));
    await expect(ec2.describeInstances(ids(1))).rejects.toMatchObject({
      kind: 'unauthorised',
      message: 'missing permission ec2:DescribeInstances',
    });
  });

  test('terminating a gone instance is done, and does not keep its neighbours alive', async () => {
    mock
      .on(TerminateInstancesCommand)
      .resolves({})
      .on(TerminateInstancesCommand, { InstanceIds: ['i-0', 'i-1'] })
      .rejects(named('InvalidInstanceID.NotFound'))
      .on(TerminateInstancesCommand, { InstanceIds: ['i-0'] })
      .rejects(named('InvalidInstanceID.NotFound'));
    await ec2.terminateInstances(ids(2));
    const sent = mock.commandCalls(TerminateInstancesCommand).map(({ args }) => args[0].input.InstanceIds);
    expect(sent).toEqual([['i-0', 'i-1'], ['i-0'], ['i-1']]);
  });

  test('a refused termination is not swallowed', async () => {
    mock.on(TerminateInstancesCommand).rejects(named('OperationNotPermitted'));
    await expect(ec2.terminateInstances(ids(1))).rejects.toMatchObject({ kind: 'unsupported' });
  });
});

describe('EKS', () => {
  const mock = mockClient(EKSClient);
  const eks = eksAdapter(() => new EKSClient({ region }));
  beforeEach(() => mock.reset());

  test('lists every page of clusters', async () => {
    mock
      .on(ListClustersCommand)
      .resolvesOnce({ clusters: ['a'], nextToken: 'two' })
      .resolvesOnce({ clusters: ['b'] });
    expect(await eks.listClusters()).toEqual(['a', 'b']);
    expect(mock.commandCalls(ListClustersCommand)[1]?.args[0].input.nextToken).toBe('two');
  });

  test('maps a cluster', async () => {
    mock.on(DescribeClusterCommand, { name: 'shop' }).resolves({
      cluster: {
        name: 'shop',
        arn: 'arn:aws:eks:eu-west-1:123456789012:cluster/shop',
        version: '1.35',
        status: 'ACTIVE',
        endpoint: 'https://shop.example',
        certificateAuthority: { data: 'UEVN' },
        resourcesVpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true },
      },
    });
    expect(await eks.describeCluster('shop')).toEqual({
      name: 'shop',
      arn: 'arn:aws:eks:eu-west-1:123456789012:cluster/shop',
      version: '1.35',
      status: 'ACTIVE',
      endpoint: 'https://shop.example',
      certificateAuthority: 'UEVN',
      publicAccess: false,
      privateAccess: true,
    });
  });

  test('a cluster that does not exist is not-found', async () => {
    mock.on(DescribeClusterCommand).rejects(named('ResourceNotFoundException'));
    await expect(eks.describeCluster('gone')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test.each([
    [{ enabled: true }, true],
    [{ enabled: false }, false],
    [undefined, false],
  ])('a node group with repair config %j repairs by itself: %s', async (nodeRepairConfig, autoRepair) => {
    const nodegroup = { nodegroupName: 'workers', nodeRepairConfig };
    mock
      .on(DescribeNodegroupCommand, { clusterName: 'shop', nodegroupName: 'workers' })
      .resolves({ nodegroup });
    expect(await eks.describeNodegroup('shop', 'workers')).toEqual({ name: 'workers', autoRepair });
  });

  test('a node group that does not exist is not-found, also when the answer is empty', async () => {
    mock.on(DescribeNodegroupCommand).rejectsOnce(named('ResourceNotFoundException')).resolves({});
    const gone = { kind: 'not-found', operation: 'eks:DescribeNodegroup' };
    await expect(eks.describeNodegroup('shop', 'gone')).rejects.toMatchObject(gone);
    await expect(eks.describeNodegroup('shop', 'gone')).rejects.toMatchObject(gone);
  });
});
