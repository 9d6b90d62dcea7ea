/** The EC2 calls we use. Adapter: `shared/aws/ec2.ts`; fake: `simulator/ec2.ts`. */
export interface Ec2 {
  /**
   * DescribeInstances by explicit ids, as an `instance-id` filter (an unknown id is then missing from the
   * answer, not an error that hides its neighbours), all pages, with `IncludeManagedResources`.
   * Ids the API does not return are simply not in the result: missing means *unknown*.
   */
  describeInstances(ids: readonly [string, ...string[]]): Promise<Instance[]>;
  /** Idempotent. Only the sweep calls it, for an instance we detached ourselves, and only if configured. */
  terminateInstances(ids: readonly [string, ...string[]]): Promise<void>;
  /** DescribeInstanceTypes by explicit types, all pages; a type that EC2 does not know is not in the result. */
  describeInstanceTypes(types: readonly [string, ...string[]]): Promise<InstanceType[]>;
  /** DescribeSubnets by explicit ids, as a `subnet-id` filter, all pages; an unknown id is not in the result. */
  describeSubnets(ids: readonly [string, ...string[]]): Promise<Subnet[]>;
}

/** What a type can have, of interfaces on its default network card. A field that EC2 left out is missing, never 0. */
export interface InstanceType {
  type: string;
  /** Network interfaces of the default card, not of all cards. */
  interfaces?: number;
  ipv4PerInterface?: number;
  vcpus?: number;
  /** `nitro` or `xen`; bare metal has none. */
  hypervisor?: string;
  bareMetal: boolean;
  ebs?: EbsLimits;
}

/** What an instance can do over all its volumes together. */
export interface EbsLimits {
  /** Sustained. */
  baselineIops: number;
  baselineThroughputMib: number;
  /** For at least 30 minutes a day; the baseline where a type does not burst. */
  maximumIops: number;
  maximumThroughputMib: number;
}

export interface Subnet {
  id: string;
  zone: string;
  /** IPv4. */
  freeAddresses: number;
}

export type InstanceState =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'shutting-down'
  | 'terminated'
  | 'unknown';

export interface Instance {
  id: string;
  state: InstanceState;
  /** e.g. `Server.SpotInstanceTermination`; from EC2's StateReason.Code. */
  stateReason?: string;
  type: string;
  zone: string;
  lifecycle: 'spot' | 'on-demand' | 'scheduled' | 'capacity-block' | 'interruptible-capacity-reservation';
  launchedAt?: number;
  privateDnsName?: string;
  /** It may hibernate: a stopped one may still own its volumes in its memory. */
  hibernates?: true;
  /** EC2 `Operator.Principal` when the instance is managed by a service (EKS Auto Mode). */
  managedBy?: string;
  tags: Record<string, string>;
  /** Of its primary network interface. */
  subnetId?: string;
  /** IPv4 addresses of its network interfaces by subnet, a /28 prefix as 16; absent when it has no interface. */
  addresses?: Record<string, number>;
  /** Device name of its root volume, e.g. `/dev/xvda`. */
  rootDevice?: string;
  /** EBS volumes that are attached to it, the root volume among them. */
  volumes?: InstanceVolume[];
}

export interface InstanceVolume {
  id: string;
  device: string;
}
