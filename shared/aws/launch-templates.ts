import type { LaunchTemplateBlockDeviceMapping } from '@aws-sdk/client-ec2';
import { PortError } from '../errors.ts';
import type { TemplateMapping, TemplateVersion } from '../ports/volumes.ts';
import { awsCall } from './classify.ts';
import type { VolumeOperations } from './volumes-ops.ts';

const DESCRIBE = 'ec2:DescribeLaunchTemplateVersions';

/** EC2 answers a request for one version with that one: there are no pages. Another version is not the one asked for. */
export async function templateVersion(
  calls: Pick<VolumeOperations, 'describeTemplateVersions'>,
  id: string,
  version: string,
): Promise<TemplateVersion> {
  const request = { LaunchTemplateId: id, Versions: [version] };
  const answer = await awsCall(DESCRIBE, () => calls.describeTemplateVersions(request));
  const found = answer.LaunchTemplateVersions?.find(
    ({ LaunchTemplateId, VersionNumber }) => LaunchTemplateId === id && String(VersionNumber) === version,
  );
  if (found === undefined) {
    throw new PortError('not-found', `EC2 returns no version ${version} of ${id}`, { operation: DESCRIBE });
  }
  const { LaunchTemplateName: name, LaunchTemplateData: data } = found;
  // Without mappings in its data it has none; without data nobody knows.
  if (data === undefined) throw new PortError('transient', 'no data in the answer', { operation: DESCRIBE });
  const mappings = data.BlockDeviceMappings ?? [];
  return { id, version, ...(name !== undefined && { name }), mappings: mappings.map(toMapping) };
}

function toMapping({ Ebs, ...named }: LaunchTemplateBlockDeviceMapping): TemplateMapping {
  return { ...scalars(named), ...(Ebs !== undefined && { Ebs: scalars(Ebs) }) };
}

/** What EC2 said, also in fields that are newer than this code; what it left out is missing. */
function scalars(from: object): Record<string, string | number | boolean> {
  const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return Object.fromEntries(Object.entries(from).filter(([, value]) => isScalar(value)));
}
