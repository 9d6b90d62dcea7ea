import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { volumesPort } from '../../shared/aws/volumes-ops.ts';

const ID = 'lt-0a1b2c3d4e5f60718';
const mock = mockClient(EC2Client);
const volumes = volumesPort({ region: 'eu-west-1' });

/** A version with what EC2 says beside the mappings. */
const VERSION = {
  LaunchTemplateId: ID,
  LaunchTemplateName: 'nodes',
  VersionNumber: 3,
  DefaultVersion: false,
  LaunchTemplateData: {
    ImageId: 'ami-0a1b2c3d4e5f60718',
    UserData: 'c2VjcmV0',
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 80, Encrypted: false, KmsKeyId: undefined } },
      { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' },
    ],
  },
};

beforeEach(() => mock.reset());

describe('describeTemplate', () => {
  test('asks for one version of one template, and tells of it what is about volumes and nothing else', async () => {
    mock.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [VERSION] });
    expect(await volumes.describeTemplate(ID, '3')).toStrictEqual({
      id: ID,
      version: '3',
      name: 'nodes',
      mappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 80, Encrypted: false } },
        { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' },
      ],
    });
    const inputs = mock.commandCalls(DescribeLaunchTemplateVersionsCommand).map(({ args }) => args[0].input);
    expect(inputs).toEqual([{ LaunchTemplateId: ID, Versions: ['3'] }]);
  });

  test('a version without mappings has none: its image says what the volumes are', async () => {
    const bare = { ...VERSION, LaunchTemplateData: { ImageId: 'ami-0a1b2c3d4e5f60718' } };
    mock.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [bare] });
    expect((await volumes.describeTemplate(ID, '3')).mappings).toEqual([]);
  });

  test('a version without its data is a failure, not a version without mappings', async () => {
    const { LaunchTemplateData: _none, ...odd } = VERSION;
    mock.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [odd] });
    await expect(volumes.describeTemplate(ID, '3')).rejects.toMatchObject({ kind: 'transient' });
  });

  test.each([
    ['nothing', []],
    ['another version', [{ ...VERSION, VersionNumber: 4 }]],
    ['a version of another template', [{ ...VERSION, LaunchTemplateId: 'lt-0b2c3d4e5f6071829' }]],
  ])('%s in the answer is not the version that was asked for', async (_what, LaunchTemplateVersions) => {
    mock.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions });
    await expect(volumes.describeTemplate(ID, '3')).rejects.toMatchObject({
      kind: 'not-found',
      operation: 'ec2:DescribeLaunchTemplateVersions',
    });
  });

  test.each([
    ['InvalidLaunchTemplateId.NotFound', 'not-found'],
    ['InvalidLaunchTemplateId.VersionNotFound', 'not-found'],
    ['RequestLimitExceeded', 'throttled'],
    ['UnauthorizedOperation', 'unauthorised'],
  ])('%s is %s', async (code, kind) => {
    const error = Object.assign(new Error('text from AWS'), {
      name: code,
      $metadata: { httpStatusCode: 400 },
    });
    mock.on(DescribeLaunchTemplateVersionsCommand).rejects(error);
    await expect(volumes.describeTemplate(ID, '3')).rejects.toMatchObject({ kind, code });
  });
});
