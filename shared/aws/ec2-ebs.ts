import type { EbsLimits, InstanceVolume } from '../ports/ec2.ts';
import type { Ec2Instance, InstanceTypeInfo } from './ec2-ops.ts';

const MEGABYTE = 1_000_000;
const MEBIBYTE = 1_048_576;

/** Undefined when EC2 names no devices at all. */
export function volumesOf({ BlockDeviceMappings }: Ec2Instance): InstanceVolume[] | undefined {
  return BlockDeviceMappings?.flatMap(({ DeviceName = '', Ebs }) =>
    Ebs?.VolumeId === undefined ? [] : [{ id: Ebs.VolumeId, device: DeviceName }],
  );
}

/** Undefined for a type without limits of its own, or when one of them is missing. */
export function ebsOf({ EbsInfo }: InstanceTypeInfo): EbsLimits | undefined {
  const { BaselineIops, BaselineThroughputInMBps, MaximumIops, MaximumThroughputInMBps } =
    EbsInfo?.EbsOptimizedInfo ?? {};
  if (BaselineIops === undefined || BaselineThroughputInMBps === undefined) return undefined;
  if (MaximumIops === undefined || MaximumThroughputInMBps === undefined) return undefined;
  return {
    baselineIops: BaselineIops,
    baselineThroughputMib: mebibytes(BaselineThroughputInMBps),
    maximumIops: MaximumIops,
    maximumThroughputMib: mebibytes(MaximumThroughputInMBps),
  };
}

/** Instances are given in decimal megabytes, volumes in MiB; rounded down, because it is a ceiling. */
export function mebibytes(megabytes: number): number {
  return Math.floor((megabytes * MEGABYTE * 100) / MEBIBYTE) / 100;
}
