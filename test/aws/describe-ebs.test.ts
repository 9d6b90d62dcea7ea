import { DescribeInstancesCommand, DescribeInstanceTypesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { ec2Adapter } from '../../shared/aws/ec2.ts';
import { ec2Operations } from '../../shared/aws/ec2-ops.ts';

const mock = mockClient(EC2Client);
const ec2 = ec2Adapter(async () => ec2Operations({ region: 'eu-west-1' }));

beforeEach(() => mock.reset());

async function described(instance: object) {
  const Instances = [{ InstanceId: 'i-0', ...instance }];
  mock.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
  return (await ec2.describeInstances(['i-0']))[0];
}

test('an instance names its root device and its EBS volumes, and no instance store', async () => {
  const BlockDeviceMappings = [
    { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-0' } },
    { DeviceName: '/dev/xvdaa', Ebs: { VolumeId: 'vol-1' } },
    { DeviceName: '/dev/sdb' },
  ];
  expect(await described({ RootDeviceName: '/dev/xvda', BlockDeviceMappings })).toMatchObject({
    rootDevice: '/dev/xvda',
    volumes: [
      { id: 'vol-0', device: '/dev/xvda' },
      { id: 'vol-1', device: '/dev/xvdaa' },
    ],
  });
});

test('devices that EC2 does not speak of are missing, and not none', async () => {
  const silent = await described({});
  expect(silent).not.toHaveProperty('volumes');
  expect(silent).not.toHaveProperty('rootDevice');
  expect(await described({ BlockDeviceMappings: [] })).toMatchObject({ volumes: [] });
});

const LIMITS = {
  BaselineIops: 3_600,
  BaselineThroughputInMBps: 81.25,
  MaximumIops: 40_000,
  MaximumThroughputInMBps: 1_250,
};

async function typed(EbsOptimizedInfo: object | undefined) {
  const EbsInfo = EbsOptimizedInfo === undefined ? {} : { EbsOptimizedInfo };
  const InstanceTypes = [{ InstanceType: 'm6i.large' as const, EbsInfo }];
  mock.on(DescribeInstanceTypesCommand).resolves({ InstanceTypes });
  return (await ec2.describeInstanceTypes(['m6i.large']))[0];
}

test('a type has its limits over all volumes, in MiB/s and rounded down', async () => {
  expect(await typed(LIMITS)).toMatchObject({
    ebs: {
      baselineIops: 3_600,
      baselineThroughputMib: 77.48,
      maximumIops: 40_000,
      maximumThroughputMib: 1_192.09,
    },
  });
});

test.each([undefined, ...Object.keys(LIMITS)])(
  'without %s it has no limits at all, never 0',
  async (missing) => {
    const given = Object.entries(LIMITS).filter(([name]) => name !== missing);
    const type = await typed(missing === undefined ? undefined : Object.fromEntries(given));
    expect(type).not.toHaveProperty('ebs');
  },
);
