import { describe, expect, it } from 'vitest';
import { simulatedPorts } from '../../simulator/ports.ts';
import { worldOf } from '../../simulator/world.ts';
import { noDurable } from './harness.ts';

const READS = [
  'eks:DescribeAccessEntry',
  'eks:DescribeAddon',
  'eks:DescribeCluster',
  'eks:DescribeNodegroup',
  'eks:DescribePodIdentityAssociation',
  'eks:ListAccessEntries',
  'eks:ListAddons',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
] as const;

const CLUSTER = {
  name: 'shop',
  groups: [
    { name: 'base', count: 1 },
    { name: 'spot', kind: 'karpenter' as const, count: 1 },
    { name: 'own', kind: 'self-managed' as const, count: 1 },
    { name: 'auto', kind: 'auto-mode' as const, count: 1 },
  ],
};

function arn(name: string): string {
  return `arn:aws:iam::210987654321:role/${name}`;
}

function shop(lacking?: (typeof READS)[number]) {
  const allowed = { aws: READS.filter((each) => each !== lacking), kubernetes: [] };
  const world = worldOf({ clusters: [CLUSTER] });
  const { eks } = simulatedPorts(world, { durable: noDurable, allowed });
  const role = { namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: arn('karpenter') };
  world.roles.associate('shop', role);
  world.roles.letIn('shop', arn('admin'));
  const addon = { name: 'aws-ebs-csi-driver', version: 'v1', status: 'ACTIVE' };
  const options = { serviceAccountRoleArn: arn('ebs-csi') };
  world.addons.install('shop', { ...addon, configurationValues: '', issues: [] }, '{}', options);
  const read = (cluster: string) => world.clock.run(eks.describeRoles(cluster, () => false));
  return { world, role, read };
}

describe('the roles of a simulated cluster', () => {
  it('are those of its groups by their kind, of its add-ons, and what was set', async () => {
    const { role, read } = shop();
    expect(await read('shop')).toEqual({
      controlPlaneRole: arn('shop-cluster'),
      nodeRoles: [arn('shop-auto-node'), arn('shop-base-node')],
      accessEntries: [
        { principalArn: arn('shop-spot-node'), type: 'EC2_LINUX' },
        { principalArn: arn('shop-own-node'), type: 'EC2_LINUX' },
        { principalArn: arn('admin'), type: 'STANDARD' },
      ],
      podIdentities: [role],
      addons: [{ name: 'aws-ebs-csi-driver', roleArn: arn('ebs-csi') }],
      unread: [],
    });
  });

  it('are unread in every part when there is no such cluster', async () => {
    const { read } = shop();
    const { unread } = await read('nowhere');
    expect(unread.filter((each) => each.includes('not-found (ResourceNotFoundException)'))).toHaveLength(5);
  });

  it.each(READS)('each request needs its own permission: without %s one part is unread', async (lacking) => {
    const { world, read } = shop(lacking);
    const { unread } = await read('shop');
    expect(unread).toEqual([expect.stringContaining(`${lacking}: unauthorised`)]);
    const undeclared = world.calls.calls.flatMap(({ undeclared: missing = [] }) => missing);
    expect(new Set(undeclared)).toEqual(new Set([lacking]));
  });
});
