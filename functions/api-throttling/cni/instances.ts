/** Limits of one instance type, from `ec2:DescribeInstanceTypes`, of its default network card. */
export interface InstanceLimits {
  type: string;
  /** `NetworkInfo.NetworkCards[DefaultNetworkCardIndex].MaximumNetworkInterfaces`, not the total of all cards. */
  enis: number;
  /** `NetworkInfo.Ipv4AddressesPerInterface`; one of them is the ENI's own. */
  ipv4PerEni: number;
  nitro: boolean;
  vcpus: number;
}

/** The settings that decide how many addresses a node can hold for pods. */
export interface Layout {
  prefixDelegation: boolean;
  customNetworking: boolean;
  podEni: boolean;
  /** 0: no limit of its own. */
  maxEni: number;
}

export const ADDRESSES_PER_PREFIX = 16;
/** aws-node and kube-proxy stand on every node and use its own address. */
const HOST_NETWORK_PODS = 2;
const SMALL_VCPUS = 30;
const SMALL_CAP = 110;
const LARGE_CAP = 250;

/** Bare metal has no hypervisor and is Nitro all the same. */
export function isNitro(type: { hypervisor: string | null; bareMetal: boolean }): boolean {
  return type.hypervisor === 'nitro' || type.bareMetal;
}

/** ENIs that ipamd may use for pods: custom networking leaves out the primary one, the trunk is not its own. */
export function podEnis(limits: InstanceLimits, layout: Layout): number {
  const enis = layout.maxEni > 0 ? Math.min(layout.maxEni, limits.enis) : limits.enis;
  return Math.max(0, enis - Number(layout.customNetworking) - Number(layout.podEni));
}

/** Prefixes are for Nitro; on other types ipamd falls back to single addresses. */
export function usesPrefixes(limits: InstanceLimits, layout: Pick<Layout, 'prefixDelegation'>): boolean {
  return layout.prefixDelegation && limits.nitro;
}

/** Addresses for pods that the node can hold when every slot of every ENI is filled. */
export function podAddresses(limits: InstanceLimits, layout: Layout): number {
  const slots = podEnis(limits, layout) * Math.max(0, limits.ipv4PerEni - 1);
  return usesPrefixes(limits, layout) ? slots * ADDRESSES_PER_PREFIX : slots;
}

/** The max-pods formula: host network pods need no address of their own. */
export function maxPods(limits: InstanceLimits, layout: Layout): number {
  return podAddresses(limits, layout) + HOST_NETWORK_PODS;
}

/** The calculator's cap. Neither kubelet nor nodeadm enforces it. */
export function recommendedMaxPods(limits: InstanceLimits, layout: Layout): number {
  return Math.min(maxPods(limits, layout), limits.vcpus <= SMALL_VCPUS ? SMALL_CAP : LARGE_CAP);
}
