import {
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsRequest,
  type DescribeLaunchTemplateVersionsResult,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  type DescribeVolumesModificationsRequest,
  type DescribeVolumesModificationsResult,
  type DescribeVolumesRequest,
  type DescribeVolumesResult,
  EC2Client,
  type EC2ClientConfig,
  ModifyVolumeCommand,
  type ModifyVolumeRequest,
  type ModifyVolumeResult,
} from '@aws-sdk/client-ec2';
import type { Volumes } from '../ports/volumes.ts';
import { volumesAdapter } from './volumes.ts';

/** The four calls of the adapter, in the SDK's words. The simulator answers them as EC2 does. */
export interface VolumeOperations {
  describeVolumes(request: DescribeVolumesRequest): Promise<DescribeVolumesResult>;
  describeModifications(
    request: DescribeVolumesModificationsRequest,
  ): Promise<DescribeVolumesModificationsResult>;
  modifyVolume(request: ModifyVolumeRequest): Promise<ModifyVolumeResult>;
  describeTemplateVersions(
    request: DescribeLaunchTemplateVersionsRequest,
  ): Promise<DescribeLaunchTemplateVersionsResult>;
}

/** Imported on first use, with the largest of all clients behind it. */
export function volumesPort(config: EC2ClientConfig): Volumes {
  const client = new EC2Client(config);
  return volumesAdapter({
    describeVolumes: (request) => client.send(new DescribeVolumesCommand(request)),
    describeModifications: (request) => client.send(new DescribeVolumesModificationsCommand(request)),
    modifyVolume: (request) => client.send(new ModifyVolumeCommand(request)),
    describeTemplateVersions: (request) => client.send(new DescribeLaunchTemplateVersionsCommand(request)),
  });
}
