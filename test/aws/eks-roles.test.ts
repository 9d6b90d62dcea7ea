import {
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { eksAdapter } from '../../shared/aws/eks.ts';

const PODS = 'Pod Identity associations';
const mock = mockClient(EKSClient);
const eks = eksAdapter(() => new EKSClient({ region: 'eu-west-1' }));
const read = (isOver = () => false) => eks.describeRoles('shop', isOver);

function arn(name: string): string {
  return `arn:aws:iam::210987654321:role/${name}`;
}

function named(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('text from EKS'), { name, $metadata: { httpStatusCode } });
}

/** A cluster with one of everything. */
beforeEach(() => {
  mock.reset();
  mock.on(DescribeClusterCommand, { name: 'shop' }).resolves({
    cluster: { roleArn: arn('cluster'), computeConfig: { nodeRoleArn: arn('auto') } },
  });
  mock.on(ListNodegroupsCommand).resolves({ nodegroups: ['spot'] });
  mock.on(DescribeNodegroupCommand).resolves({ nodegroup: { nodeRole: arn('spot') } });
  mock.on(ListAddonsCommand).resolves({ addons: ['vpc-cni'] });
  mock.on(DescribeAddonCommand).resolves({ addon: { serviceAccountRoleArn: arn('cni') } });
  mock.on(ListPodIdentityAssociationsCommand).resolves({ associations: [{ associationId: 'a-1' }] });
  const association = { namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: arn('karpenter') };
  mock.on(DescribePodIdentityAssociationCommand).resolves({ association });
  mock.on(ListAccessEntriesCommand).resolves({ accessEntries: [arn('own-nodes')] });
  mock.on(DescribeAccessEntryCommand).resolves({ accessEntry: { type: 'EC2_LINUX' } });
});

const ALL = {
  controlPlaneRole: arn('cluster'),
  nodeRoles: [arn('auto'), arn('spot')],
  accessEntries: [{ principalArn: arn('own-nodes'), type: 'EC2_LINUX' }],
  podIdentities: [{ namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: arn('karpenter') }],
  addons: [{ name: 'vpc-cni', roleArn: arn('cni') }],
  unread: [],
};

describe('what is read', () => {
  test('every part of the cluster, with nine requests', async () => {
    expect(await read()).toEqual(ALL);
    expect(mock.calls()).toHaveLength(9);
  });

  test('every page of a list', async () => {
    mock.on(ListAddonsCommand).resolvesOnce({ addons: ['vpc-cni'], nextToken: 'two' });
    mock.on(ListAddonsCommand, { nextToken: 'two' }).resolves({ addons: ['coredns'] });
    mock.on(DescribeAddonCommand, { addonName: 'coredns' }).resolves({ addon: {} });
    const { addons, unread } = await read();
    expect({ addons, unread }).toEqual({ addons: ALL.addons, unread: [] });
    expect(mock.commandCalls(DescribeAddonCommand)).toHaveLength(2);
  });

  test('the role that a Pod Identity session goes on to', async () => {
    const roles = { roleArn: arn('web'), targetRoleArn: 'arn:aws:iam::109876543210:role/web' };
    const association = { namespace: 'web', serviceAccount: 'web', ...roles };
    mock.on(DescribePodIdentityAssociationCommand).resolves({ association });
    expect((await read()).podIdentities).toEqual([association]);
  });

  test('entries of users, of people, of AWS’s services and of known node roles are not asked about', async () => {
    const people = arn('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef');
    const service = arn('aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS');
    const user = 'arn:aws:iam::210987654321:user/maria';
    const accessEntries = [people, service, user, arn('spot'), arn('auto'), arn('own-nodes')];
    mock.on(ListAccessEntriesCommand).resolves({ accessEntries });
    expect(await read()).toEqual(ALL);
    expect(mock.commandCalls(DescribeAccessEntryCommand)).toHaveLength(1);
  });

  test('what is gone between its list and its description is no failure', async () => {
    mock.on(DescribePodIdentityAssociationCommand).rejects(named('ResourceNotFoundException', 404));
    expect(await read()).toEqual({ ...ALL, podIdentities: [] });
  });
});

describe('a part that fails is never an absence', () => {
  const cases = [
    ['cluster', 'eks:DescribeCluster', () => mock.on(DescribeClusterCommand)],
    ['node groups', 'eks:ListNodegroups', () => mock.on(ListNodegroupsCommand)],
    ['node groups', 'eks:DescribeNodegroup', () => mock.on(DescribeNodegroupCommand)],
    ['add-ons', 'eks:ListAddons', () => mock.on(ListAddonsCommand)],
    ['add-ons', 'eks:DescribeAddon', () => mock.on(DescribeAddonCommand)],
    [PODS, 'eks:ListPodIdentityAssociations', () => mock.on(ListPodIdentityAssociationsCommand)],
    [PODS, 'eks:DescribePodIdentityAssociation', () => mock.on(DescribePodIdentityAssociationCommand)],
    ['access entries', 'eks:ListAccessEntries', () => mock.on(ListAccessEntriesCommand)],
    ['access entries', 'eks:DescribeAccessEntry', () => mock.on(DescribeAccessEntryCommand)],
  ] as const;

  test.each(cases)(
    '%s: %s denied is named once, and the other parts are read',
    async (part, operation, on) => {
      on().rejects(named('AccessDeniedException', 403));
      const missing = `unauthorised (AccessDeniedException): missing permission ${operation}`;
      expect((await read()).unread).toEqual([`${part}: ${operation}: ${missing}`]);
    },
  );

  test.each(cases)('%s: an empty answer of %s is unread, or an empty list', async (part, operation, on) => {
    on().resolves({});
    const isList = operation.startsWith('eks:List');
    expect((await read()).unread.map((each) => each.split(':')[0])).toEqual(isList ? [] : [part]);
  });

  test('a cluster without access entries (mode CONFIG_MAP) is not read in full', async () => {
    mock.on(ListAccessEntriesCommand).rejects(named('InvalidRequestException'));
    expect((await read()).unread).toEqual([expect.stringMatching(/^access entries: eks:ListAccessEntries/)]);
  });

  test('an error that is not of AWS is thrown', async () => {
    mock.on(ListAddonsCommand).rejects(new RangeError('a bug'));
    await expect(read()).rejects.toThrow('a bug');
  });
});

describe('bounds', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `n-${index}`);

  test('no more than 250 requests, however large the cluster is', async () => {
    mock.on(ListNodegroupsCommand).resolves({ nodegroups: many(1_000) });
    const { unread } = await read();
    expect(mock.calls()).toHaveLength(250);
    expect(unread).toHaveLength(4);
    expect(unread[0]).toContain('not asked: 250 requests were made');
  });

  test('no more than 100 access entries', async () => {
    mock.on(ListAccessEntriesCommand).resolves({ accessEntries: many(300).map(arn) });
    const { unread, accessEntries } = await read();
    expect(accessEntries).toHaveLength(100);
    expect(unread).toEqual(['access entries: 200 more than the 100 that are looked at']);
  });

  test('two at a time', async () => {
    let open = 0;
    let most = 0;
    mock.on(ListNodegroupsCommand).resolves({ nodegroups: many(20) });
    mock.on(DescribeNodegroupCommand).callsFake(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise(setImmediate);
      open -= 1;
      return { nodegroup: { nodeRole: arn('spot') } };
    });
    expect((await read()).unread).toEqual([]);
    expect(most).toBe(2);
  });

  test.each(['ThrottlingException', 'ServerException'])('after %s nothing more is asked', async (code) => {
    mock.on(ListNodegroupsCommand).rejects(named(code, code === 'ServerException' ? 500 : 429));
    const { unread } = await read();
    expect(mock.calls().map(({ args }) => args[0].constructor.name)).toEqual([
      'DescribeClusterCommand',
      'ListNodegroupsCommand',
    ]);
    expect(unread).toHaveLength(4);
  });

  test('when the time for it is over nothing more is asked', async () => {
    const { unread, nodeRoles } = await read(() => mock.calls().length >= 3);
    expect(mock.calls()).toHaveLength(3);
    expect(nodeRoles).toEqual(ALL.nodeRoles);
    expect(unread.map((each) => each.split(':')[0])).toEqual([
      'add-ons',
      'Pod Identity associations',
      'access entries',
    ]);
  });
});
