import { DescribeVolumesModificationsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { volumesPort } from '../../shared/aws/volumes-ops.ts';

const mock = mockClient(EC2Client);
const volumes = volumesPort({ region: 'eu-west-1' });
const MODIFICATION = {
  VolumeId: 'vol-0a1b2c3d4e5f60718',
  ModificationState: 'optimizing' as const,
  StartTime: new Date(1_795_000_000_000),
  TargetVolumeType: 'gp3' as const,
  TargetSize: 100,
};

beforeEach(() => mock.reset());

describe('listUnderWay', () => {
  const under = (state: string) => ({ ...MODIFICATION, ModificationState: state as 'failed' });

  test('asks by state, reads every page, and leaves out what has ended meanwhile', async () => {
    mock
      .on(DescribeVolumesModificationsCommand)
      .resolvesOnce({ VolumesModifications: [MODIFICATION, under('completed')], NextToken: 'two' })
      .resolvesOnce({ VolumesModifications: [under('modifying'), under('paused')] });
    const { modifications, complete } = await volumes.listUnderWay(10);
    expect(modifications.map(({ state }) => state)).toEqual(['optimizing', 'modifying', 'unknown']);
    expect(complete).toBe(true);
    const inputs = mock.commandCalls(DescribeVolumesModificationsCommand).map(({ args }) => args[0].input);
    const Filters = [{ Name: 'modification-state', Values: ['modifying', 'optimizing'] }];
    expect(inputs).toEqual([
      { Filters, MaxResults: 500 },
      { Filters, MaxResults: 500, NextToken: 'two' },
    ]);
  });

  test('more than asked for is a part and says so, and the rest is not read', async () => {
    const full = { VolumesModifications: [MODIFICATION, MODIFICATION], NextToken: 'more' };
    mock.on(DescribeVolumesModificationsCommand).resolves(full);
    const { modifications, complete } = await volumes.listUnderWay(3);
    expect([modifications.length, complete]).toEqual([3, false]);
    expect(mock.commandCalls(DescribeVolumesModificationsCommand)).toHaveLength(2);
    expect(await volumes.listUnderWay(1)).toMatchObject({ complete: false });
  });

  test('pages that do not end are a part', async () => {
    mock.on(DescribeVolumesModificationsCommand).resolves({ VolumesModifications: [], NextToken: 'again' });
    expect(await volumes.listUnderWay(3)).toEqual({ modifications: [], complete: false });
    expect(mock.commandCalls(DescribeVolumesModificationsCommand)).toHaveLength(20);
  });
});
