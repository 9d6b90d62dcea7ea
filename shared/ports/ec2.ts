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
}
