import { describe, expect, test } from 'vitest';
import { type Booted, KEY, patchIn, ROOT, textIn, told } from './boot-support.ts';
import { missing } from './diagnose-series.ts';

const RAISED = { VolumeType: 'gp3', VolumeSize: 100, Iops: 4_500, Throughput: 188 };
const EC2 = {
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { ...ROOT.Ebs, DeleteOnTermination: true, ...RAISED } },
  ],
};
const KARPENTER = {
  spec: {
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          deleteOnTermination: true,
          volumeSize: '100Gi',
          volumeType: 'gp3',
          encrypted: true,
          kmsKeyID: KEY,
          iops: 4_500,
          throughput: 188,
        },
      },
    ],
  },
};
const GROUP = { 'eks:nodegroup-name': 'workers' };
const POOL = { 'karpenter.sh/nodepool': 'general' };
const OWN = 'a launch template whose nodes would boot well';
const OF_GROUP = 'a launch template of its own for node group workers whose nodes would boot well';
const CLASS = 'an EC2NodeClass whose nodes would boot well';

describe('who makes the nodes decides what is proposed', () => {
  test.each<{ who: string; given: Booted; cause: string; patch: unknown; says: string }>([
    {
      who: 'nobody who says so',
      given: { template: { name: 'nodes' } },
      cause: OWN,
      patch: EC2,
      says: 'the node was made from lt-0a1b2c3d4e5f60718 (nodes) version 3',
    },
    {
      who: 'a node group of EKS, by the instance’s tag and the template’s name',
      given: { tags: GROUP, template: { name: 'eks-1a2b3c4d' } },
      cause: OF_GROUP,
      patch: EC2,
      says: 'if it names none: a new node group with a launch template of its own',
    },
    {
      who: 'a node group of EKS whose template was not read',
      given: { labels: { 'eks.amazonaws.com/nodegroup': 'workers' }, template: missing('no permission') },
      cause: OF_GROUP,
      patch: {
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true, ...RAISED } }],
      },
      says: 'if the node group names one: a new version of that one',
    },
    {
      who: 'a node group whose template somebody else made',
      given: { tags: GROUP, template: { name: 'nodes' } },
      cause: OWN,
      patch: EC2,
      says: 'Paramedic never edits one',
    },
    {
      who: 'Karpenter, by the label of the node',
      given: { labels: POOL },
      cause: CLASS,
      patch: KARPENTER,
      says: 'such a template must not be edited, the EC2NodeClass is',
    },
    {
      who: 'Karpenter, by the tag of the instance, while the node was not read',
      given: {
        tags: { 'karpenter.k8s.aws/ec2nodeclass': 'default' },
        node: missing('unreachable', 'Nodes'),
      },
      cause: 'an EC2NodeClass, default, whose nodes would boot well',
      patch: KARPENTER,
      says: 'whose node it is was told by its tags alone',
    },
    {
      who: 'Karpenter, by the template’s name',
      given: { template: { name: 'karpenter.k8s.aws/12345678901234567890' } },
      cause: CLASS,
      patch: KARPENTER,
      says: 'a rootVolume that stands in the EC2NodeClass is not seen',
    },
    {
      who: 'EKS Auto Mode, for the volume for containers',
      given: {
        managedBy: 'eks.amazonaws.com',
        labels: { ...POOL, 'eks.amazonaws.com/nodeclass': 'default' },
        device: '/dev/xvdb',
      },
      cause: 'a NodeClass of EKS Auto Mode, default, whose nodes would boot well',
      patch: { spec: { ephemeralStorage: { size: '100Gi', iops: 4_500, throughput: 188 } } },
      says: 'data volume /dev/xvdb as gp3 of 100 GiB with 4500 IOPS and 188 MiB/s',
    },
    {
      who: 'EKS Auto Mode, for the root volume, of which a NodeClass says nothing',
      given: { managedBy: 'eks.amazonaws.com' },
      cause: 'nothing is proposed for new nodes',
      patch: undefined,
      says: 'ephemeralStorage (size, iops, throughput) is the volume for containers',
    },
  ])('$who', ({ given, cause, patch, says }) => {
    const [finding, ...others] = told(given);
    expect(others).toEqual([]);
    expect(finding?.cause).toBe(cause);
    expect(patchIn(finding)).toEqual(patch);
    expect(finding?.evidence.join('\n')).toContain(says);
  });

  test('where tags and labels disagree both are told, and that they do', () => {
    const findings = told({ labels: POOL, tags: GROUP, template: { name: 'eks-1a2b3c4d' } });
    expect(findings.map(({ cause }) => cause)).toEqual([
      'who makes these nodes cannot be told',
      CLASS,
      OF_GROUP,
    ]);
    expect(findings.map(patchIn)).toEqual([undefined, KARPENTER, EC2]);
  });

  test('Karpenter encrypts nothing by itself beside mappings of others: without them known it is asked for', () => {
    const [finding] = told({ labels: POOL, template: missing('not found') });
    expect(patchIn(finding)).toMatchObject({ spec: { blockDeviceMappings: [{ ebs: { encrypted: true } }] } });
    expect(finding?.evidence.join('\n')).toContain('not found\nadd what was not read');
  });

  test('a mapping that Karpenter has no word for is not left out: there is no patch', () => {
    const mappings = [ROOT, { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' }];
    const [finding] = told({ labels: POOL, template: { mappings } });
    expect(patchIn(finding)).toBeUndefined();
    expect(finding?.evidence.join('\n')).toContain('no patch: an EC2NodeClass cannot say');
  });

  test('names that others wrote are one line, and no longer than names are', () => {
    const nodeClass = `a\nb\u202e${'c'.repeat(5_000)}`;
    const [finding] = told({ labels: POOL, tags: { 'karpenter.k8s.aws/ec2nodeclass': nodeClass } });
    expect(finding?.cause).toMatch(/^an EC2NodeClass, a b c+, whose nodes would boot well$/);
    expect(finding?.cause.length).toBeLessThan(320);
  });
});

describe('the cost of a node', () => {
  test('is told before and after, with the date of the price list', () => {
    expect(textIn(told())).toContain(
      'volumes of a node: $10.00 → $27.52 a month, +$17.52; price list of 2026-11-01 (eu-west-1)',
    );
  });

  test('is unknown without prices, never nothing', () => {
    expect(textIn(told({ section: { changes: {} } }))).toContain(
      'volumes of a node: cost unknown: there is no price list of this Region',
    );
  });

  test('is counted from what the version says, not from what the volume was made since', () => {
    const faster = { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 200, VolumeType: 'gp3', Iops: 5_000 } };
    const text = textIn(told({ template: { mappings: [faster] } }));
    expect(text).toContain('root volume /dev/xvda as gp3 of 200 GiB with 5000 IOPS and 188 MiB/s');
    expect(text).toContain('nodes are made with gp3 of 200 GiB with 5000 IOPS and 125 MiB/s');
    expect(text).toContain('$40.00 → $42.52 a month');
  });
});

test('a patch that is longer than a line of a message goes on in the next', () => {
  const mappings = Array.from({ length: 12 }, (_, index) => ({
    DeviceName: `/dev/xvd${String.fromCharCode(102 + index)}`,
    Ebs: { VolumeSize: 9, KmsKeyId: KEY },
  }));
  const [finding] = told({ template: { mappings: [ROOT, ...mappings] } });
  const lines = (finding?.evidence ?? []).filter((line) => line.startsWith('patch, part'));
  expect(lines.length).toBeGreaterThan(1);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
  expect(patchIn(finding)).toMatchObject({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }, ...mappings] });
});
