import {
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  EC2Client,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { volumesPort } from '../../shared/aws/volumes-ops.ts';

const AT = 1_795_000_000_000;
const ID = 'vol-0a1b2c3d4e5f60718';
const mock = mockClient(EC2Client);
const volumes = volumesPort({ region: 'eu-west-1' });

function ids(count: number): [string, ...string[]] {
  return ['vol-0', ...Array.from({ length: count - 1 }, (_, index) => `vol-${index + 1}`)];
}

function named(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('text from AWS'), { name, $metadata: { httpStatusCode } });
}

beforeEach(() => mock.reset());

describe('describeVolumes', () => {
  test('asks by volume-id filter, 200 ids at a time, each once, managed volumes included', async () => {
    mock.on(DescribeVolumesCommand).resolves({});
    await volumes.describeVolumes([...ids(250), 'vol-0']);
    const inputs = mock.commandCalls(DescribeVolumesCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ Filters }) => Filters?.[0]?.Values?.length)).toEqual([200, 50]);
    for (const input of inputs) {
      expect(input).toMatchObject({ Filters: [{ Name: 'volume-id' }], IncludeManagedResources: true });
      expect(input.VolumeIds).toBeUndefined();
    }
  });

  test('reads every page, and what EC2 does not return is missing', async () => {
    mock
      .on(DescribeVolumesCommand)
      .resolvesOnce({ Volumes: [{ VolumeId: 'vol-0', Size: 8 }], NextToken: 'two' })
      .resolvesOnce({ Volumes: [{ VolumeId: 'vol-1', Size: 8 }] });
    expect((await volumes.describeVolumes(ids(3))).map(({ id }) => id)).toEqual(['vol-0', 'vol-1']);
    expect(mock.commandCalls(DescribeVolumesCommand)[1]?.args[0].input.NextToken).toBe('two');
  });

  test('maps a gp3 volume with its place and tags', async () => {
    const volume = {
      VolumeId: ID,
      VolumeType: 'gp3' as const,
      Size: 100,
      Iops: 3_000,
      Throughput: 125,
      State: 'in-use' as const,
      MultiAttachEnabled: false,
      AvailabilityZone: 'eu-west-1b',
      CreateTime: new Date(AT),
      Operator: { Managed: true, Principal: 'eks.amazonaws.com' },
      Attachments: [
        { InstanceId: 'i-0', Device: '/dev/xvdaa', State: 'attached' as const },
        { VolumeId: ID },
      ],
      Tags: [{ Key: 'KubernetesCluster', Value: 'shop' }],
    };
    mock.on(DescribeVolumesCommand).resolves({ Volumes: [volume] });
    expect(await volumes.describeVolumes([ID])).toEqual([
      {
        id: ID,
        type: 'gp3',
        sizeGib: 100,
        iops: 3_000,
        throughputMib: 125,
        state: 'in-use',
        multiAttach: false,
        zone: 'eu-west-1b',
        createdAt: AT,
        managedBy: 'eks.amazonaws.com',
        attachments: [{ instanceId: 'i-0', device: '/dev/xvdaa', state: 'attached' }],
        tags: { KubernetesCluster: 'shop' },
      },
    ]);
  });

  test('IOPS and throughput that EC2 leaves out are missing, not 0; one without a size is unknown', async () => {
    const disk = { VolumeId: ID, VolumeType: 'st1' as const, Size: 500 };
    mock.on(DescribeVolumesCommand).resolves({ Volumes: [disk, { VolumeId: 'vol-1' }] });
    const bare = { state: 'unknown', multiAttach: false, zone: '', attachments: [], tags: {} };
    expect(await volumes.describeVolumes([ID])).toEqual([{ id: ID, type: 'st1', sizeGib: 500, ...bare }]);
  });
});

const MODIFICATION = {
  VolumeId: ID,
  ModificationState: 'optimizing' as const,
  Progress: 42,
  StartTime: new Date(AT),
  OriginalVolumeType: 'gp2' as const,
  OriginalSize: 100,
  OriginalIops: 300,
  TargetVolumeType: 'gp3' as const,
  TargetSize: 100,
  TargetIops: 6_000,
  TargetThroughput: 250,
};
const OPTIMIZING = {
  volumeId: ID,
  state: 'optimizing',
  progress: 42,
  startedAt: AT,
  from: { type: 'gp2', sizeGib: 100, iops: 300 },
  to: { type: 'gp3', sizeGib: 100, iops: 6_000, throughputMib: 250 },
};

describe('describeModifications', () => {
  test('asks by filter, so that a volume that was never modified hides no other, and reads every page', async () => {
    mock
      .on(DescribeVolumesModificationsCommand)
      .resolvesOnce({ VolumesModifications: [], NextToken: 'two' })
      .resolvesOnce({ VolumesModifications: [MODIFICATION] });
    expect(await volumes.describeModifications([ID, 'vol-1'])).toEqual([OPTIMIZING]);
    const inputs = mock.commandCalls(DescribeVolumesModificationsCommand).map(({ args }) => args[0].input);
    const page = { Filters: [{ Name: 'volume-id', Values: [ID, 'vol-1'] }], MaxResults: 500 };
    expect(inputs).toEqual([page, { ...page, NextToken: 'two' }]);
  });

  test('a failure has its end and its reason', async () => {
    const failed = { ModificationState: 'failed' as const, EndTime: new Date(AT + 1), StatusMessage: 'why' };
    mock
      .on(DescribeVolumesModificationsCommand)
      .resolves({ VolumesModifications: [{ ...MODIFICATION, ...failed }] });
    expect(await volumes.describeModifications([ID])).toEqual([
      { ...OPTIMIZING, state: 'failed', endedAt: AT + 1, statusMessage: 'why' },
    ]);
  });

  test.each(['paused', 'constructor', undefined])('the state %s is unknown', async (state) => {
    const odd = { ...MODIFICATION, ModificationState: state as 'failed' };
    mock.on(DescribeVolumesModificationsCommand).resolves({ VolumesModifications: [odd] });
    expect(await volumes.describeModifications([ID])).toEqual([{ ...OPTIMIZING, state: 'unknown' }]);
  });

  test('one that does not say since when cannot be counted: a failure, not a modification of no time', async () => {
    const { StartTime: _none, ...odd } = MODIFICATION;
    mock.on(DescribeVolumesModificationsCommand).resolves({ VolumesModifications: [odd] });
    await expect(volumes.describeModifications([ID])).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('modifyVolume', () => {
  const change = { id: ID, type: 'gp3', iops: 6_000, throughputMib: 250 };

  test('sends type, IOPS and throughput together, and never a size', async () => {
    mock.on(ModifyVolumeCommand).resolves({ VolumeModification: MODIFICATION });
    expect(await volumes.modifyVolume(change)).toEqual(OPTIMIZING);
    const [call] = mock.commandCalls(ModifyVolumeCommand);
    expect(call?.args[0].input).toEqual({ VolumeId: ID, VolumeType: 'gp3', Iops: 6_000, Throughput: 250 });
  });

  test('throughput is not sent where it is not given', async () => {
    mock.on(ModifyVolumeCommand).resolves({ VolumeModification: MODIFICATION });
    await volumes.modifyVolume({ id: ID, type: 'io2', iops: 6_000 });
    const [call] = mock.commandCalls(ModifyVolumeCommand);
    expect(call?.args[0].input).toEqual({ VolumeId: ID, VolumeType: 'io2', Iops: 6_000 });
  });

  test.each([
    ['IncorrectModificationState', 'conflict'],
    ['VolumeModificationRateExceeded', 'conflict'],
    ['Client.VolumeModificationRateExceeded', 'conflict'],
    ['IncorrectState', 'conflict'],
    ['InvalidParameterValue', 'invalid'],
    ['InvalidParameterCombination', 'invalid'],
    ['VolumeModificationSizeLimitExceeded', 'invalid'],
    ['VolumeIOPSLimit', 'invalid'],
    ['MaxIOPSLimitExceeded', 'invalid'],
    ['VolumeTypeNotAvailableInZone', 'invalid'],
    ['UnknownVolumeType', 'invalid'],
    ['InvalidVolume.NotFound', 'not-found'],
    ['UnsupportedOperation', 'unsupported'],
    ['RequestLimitExceeded', 'throttled'],
    ['UnauthorizedOperation', 'unauthorised'],
    ['InternalError', 'transient'],
  ])('%s is %s, whatever the HTTP status, and its code can be read', async (code, kind) => {
    for (const status of [400, 412, 503]) {
      mock.on(ModifyVolumeCommand).rejects(named(code, status));
      const failure = { kind, code: code.replace('Client.', ''), operation: 'ec2:ModifyVolume' };
      await expect(volumes.modifyVolume(change)).rejects.toMatchObject(failure);
    }
  });

  test('the most that EC2 names in a refusal stays readable', async () => {
    const message = 'Volume iops of 20000 is too high; maximum is 16000';
    mock.on(ModifyVolumeCommand).rejects(Object.assign(named('InvalidParameterValue'), { message }));
    await expect(volumes.modifyVolume(change)).rejects.toThrow(message);
  });

  test.each([
    ['Volume iops of 20000 is too high; maximum is 16000', { of: 'iops', value: 16_000 }],
    ['Volume iops of 20000 is too high; maximum is 16000.', { of: 'iops', value: 16_000 }],
    ['Volume throughput of 1500 MiB/s is too high; maximum is 1000', { of: 'throughputMib', value: 1_000 }],
    ['Volume throughput of 1500 is too high; maximum is 1000 MiBps', { of: 'throughputMib', value: 1_000 }],
    ['Volume iops of 20000 is too high; maximum is 0', undefined],
    ['Volume iops of 20000 is too high; maximum is 1600000000000', undefined],
    ['Volume iops of 20000 is too high; maximum is 1.5', undefined],
    ['Volume iops of 20000 is too low; minimum is 3000', undefined],
    ['Iops to volume size ratio of 600.0 is too high; maximum is 500', undefined],
    ['A volume named x. Volume iops of 1 is too high; maximum is 16000', undefined],
  ])('%s: the most it names is a number of its own', async (message, maximum) => {
    mock.on(ModifyVolumeCommand).rejects(Object.assign(named('InvalidParameterValue'), { message }));
    const failure = await volumes.modifyVolume(change).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'invalid', code: 'InvalidParameterValue' });
    expect(failure).toHaveProperty('maximum', maximum);
    const other = Object.assign(named('InvalidParameterCombination'), { message });
    mock.on(ModifyVolumeCommand).rejects(other);
    await expect(volumes.modifyVolume(change)).rejects.toHaveProperty('maximum', undefined);
  });

  test('an answer without a modification may have been one', async () => {
    mock.on(ModifyVolumeCommand).resolves({});
    await expect(volumes.modifyVolume(change)).rejects.toMatchObject({
      kind: 'transient',
      mayHaveHappened: true,
    });
  });
});
