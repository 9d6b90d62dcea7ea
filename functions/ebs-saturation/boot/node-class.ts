import type { TemplateMapping } from '../../../shared/ports/volumes.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import type { Gp3Maxima } from '../limits/table.ts';
import type { BootVolume } from './types.ts';

/** A JSON merge patch of a custom resource, or why there is none. */
export type ClassPatch = { possible: true; patch: Json } | { possible: false; why: string };

/** The words of an EC2NodeClass (karpenter.k8s.aws/v1, `spec.blockDeviceMappings[].ebs`) for those of EC2. */
const EBS: Readonly<Record<string, string>> = {
  DeleteOnTermination: 'deleteOnTermination',
  Encrypted: 'encrypted',
  Iops: 'iops',
  KmsKeyId: 'kmsKeyID',
  SnapshotId: 'snapshotID',
  Throughput: 'throughput',
  VolumeInitializationRate: 'volumeInitializationRate',
  VolumeSize: 'volumeSize',
  VolumeType: 'volumeType',
};

/** The same mappings for Karpenter. One that it has no word for makes it none: a list is replaced as a whole. */
export function ec2NodeClassPatch(mappings: readonly TemplateMapping[], areKnown: boolean): ClassPatch {
  const blockDeviceMappings: { [field: string]: Json }[] = [];
  for (const { DeviceName: deviceName, Ebs, ...others } of mappings) {
    const foreign = [...Object.keys(others), ...Object.keys(Ebs ?? {}).filter((field) => !(field in EBS))];
    if (deviceName === undefined || Ebs === undefined || foreign.length > 0) {
      const what = [deviceName ?? 'a mapping without device', ...foreign].join(' ');
      return { possible: false, why: `an EC2NodeClass cannot say what the launch template does: ${what}` };
    }
    const fields = Object.entries(Ebs).map(([field, value]) => [
      EBS[field] ?? field,
      field === 'VolumeSize' ? `${value}Gi` : value,
    ]);
    // Karpenter encrypts by itself only where an EC2NodeClass has no mappings at all.
    const ebs = { ...(areKnown ? {} : { encrypted: true }), ...Object.fromEntries(fields) };
    blockDeviceMappings.push({ deviceName, ebs });
  }
  return { possible: true, patch: { spec: { blockDeviceMappings } } };
}

/** What `ephemeralStorage` of a NodeClass of EKS Auto Mode can be. */
export const EPHEMERAL_MAXIMA: Gp3Maxima = { maxIops: 16_000, maxThroughputMib: 1_000 };

/** It says what the volume for containers is; of the root volume it says nothing. */
export function nodeClassPatch({ to }: BootVolume): ClassPatch {
  const { sizeGib, iops, throughputMib: throughput } = to;
  return {
    possible: true,
    patch: { spec: { ephemeralStorage: { size: `${sizeGib}Gi`, iops, throughput } } },
  };
}
