import type { InstanceType, Subnet } from '../ports/ec2.ts';
import { ebsOf } from './ec2-ebs.ts';
import type { Ec2Instance, Ec2Subnet, InstanceTypeInfo } from './ec2-ops.ts';

const ADDRESSES_PER_PREFIX = 16;

/** IPv4 addresses by subnet; undefined when EC2 names no network interface. */
export function heldBy({ NetworkInterfaces = [] }: Ec2Instance): Record<string, number> | undefined {
  const held: Record<string, number> = {};
  for (const { SubnetId, PrivateIpAddresses = [], Ipv4Prefixes = [] } of NetworkInterfaces) {
    if (SubnetId === undefined) continue;
    const count = PrivateIpAddresses.length + Ipv4Prefixes.length * ADDRESSES_PER_PREFIX;
    held[SubnetId] = (held[SubnetId] ?? 0) + count;
  }
  return Object.keys(held).length === 0 ? undefined : held;
}

export function toInstanceType(from: InstanceTypeInfo): InstanceType[] {
  if (from.InstanceType === undefined) return [];
  const type: InstanceType = { type: from.InstanceType, bareMetal: from.BareMetal ?? false };
  const interfaces = defaultCard(from);
  const ipv4PerInterface = from.NetworkInfo?.Ipv4AddressesPerInterface;
  const vcpus = from.VCpuInfo?.DefaultVCpus;
  if (interfaces !== undefined) type.interfaces = interfaces;
  if (ipv4PerInterface !== undefined) type.ipv4PerInterface = ipv4PerInterface;
  if (vcpus !== undefined) type.vcpus = vcpus;
  if (from.Hypervisor !== undefined) type.hypervisor = from.Hypervisor;
  const ebs = ebsOf(from);
  if (ebs !== undefined) type.ebs = ebs;
  return [type];
}

/** The total of a type with several cards is more than its nodes can use for pods. */
function defaultCard({ NetworkInfo }: InstanceTypeInfo): number | undefined {
  const index = NetworkInfo?.DefaultNetworkCardIndex ?? 0;
  const card = NetworkInfo?.NetworkCards?.find(({ NetworkCardIndex }) => NetworkCardIndex === index);
  return card === undefined ? NetworkInfo?.MaximumNetworkInterfaces : card.MaximumNetworkInterfaces;
}

/** One without its count of free addresses is left out: missing is not zero. */
export function toSubnet({ SubnetId, AvailabilityZone, AvailableIpAddressCount }: Ec2Subnet): Subnet[] {
  if (SubnetId === undefined || AvailableIpAddressCount === undefined) return [];
  return [{ id: SubnetId, zone: AvailabilityZone ?? '', freeAddresses: AvailableIpAddressCount }];
}
