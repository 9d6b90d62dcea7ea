import type {
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplateBlockDeviceMapping,
} from '@aws-sdk/client-ec2';
import { EbsError } from './ebs-error.ts';

interface Template {
  name: string;
  /** The first is version 1. */
  versions: LaunchTemplateBlockDeviceMapping[][];
}

/** Launch templates of an account: their versions, as far as volumes go. No instance is made from them. */
export class SimTemplates {
  readonly #templates = new Map<string, Template>();

  /** Its versions, the oldest first. */
  put(id: string, name: string, ...versions: LaunchTemplateBlockDeviceMapping[][]): void {
    this.#templates.set(id, { name, versions });
  }

  remove(id: string): void {
    this.#templates.delete(id);
  }

  /** Throws an EbsError for a template, or a version, that is not there. */
  describe({
    LaunchTemplateId = '',
    Versions = [],
  }: DescribeLaunchTemplateVersionsRequest): DescribeLaunchTemplateVersionsResult {
    const template = this.#templates.get(LaunchTemplateId);
    if (template === undefined) throw new EbsError('InvalidLaunchTemplateId.NotFound', 'no such template');
    const LaunchTemplateVersions = Versions.map((version) => {
      const VersionNumber = Number(version);
      const BlockDeviceMappings = template.versions[VersionNumber - 1];
      if (BlockDeviceMappings === undefined)
        throw new EbsError('InvalidLaunchTemplateId.VersionNotFound', 'no such version');
      const { name: LaunchTemplateName } = template;
      const LaunchTemplateData = { BlockDeviceMappings };
      return { LaunchTemplateId, LaunchTemplateName, VersionNumber, LaunchTemplateData };
    });
    return { LaunchTemplateVersions };
  }
}
