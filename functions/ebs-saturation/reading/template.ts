import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, readFact, unknown } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { TemplateVersion, Volumes } from '../../../shared/ports/volumes.ts';
import { soundMappings } from '../boot/mapping.ts';
import { oneLine } from '../fields.ts';

const ID_TAG = 'aws:ec2launchtemplate:id';
const VERSION_TAG = 'aws:ec2launchtemplate:version';
const ID = /^lt-[0-9a-f]{8,32}$/;
const VERSION = /^[1-9]\d{0,9}$/;
/** Names of launch templates have no more. */
const MAX_NAME = 128;

/** The version that an instance was made from, by the tags that EC2 gives it: one call, none without them. */
export async function readTemplate(
  volumes: Pick<Volumes, 'describeTemplate'>,
  { tags }: Instance,
  at: EpochMs,
): Promise<Fact<TemplateVersion>> {
  const id = tags[ID_TAG];
  const version = tags[VERSION_TAG];
  if (id === undefined || version === undefined) {
    return unknown(`the instance has no tag ${id === undefined ? ID_TAG : VERSION_TAG}`, 'EC2 tags', at);
  }
  if (!ID.test(id) || !VERSION.test(version)) {
    return unknown('its tags name no version of a launch template', 'EC2 tags', at);
  }
  return await readFact('EC2 DescribeLaunchTemplateVersions', at, async () => {
    const { name, mappings } = await volumes.describeTemplate(id, version);
    const line = oneLine(name, MAX_NAME);
    const sound = [...soundMappings(mappings)];
    return { id, version, ...(line !== undefined && { name: line }), mappings: sound };
  });
}
