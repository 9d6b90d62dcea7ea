/** The Auto Scaling calls we use. Adapter: `shared/aws/autoscaling.ts`; fake: `simulator/autoscaling.ts`. */
export interface AutoScaling {
  /** DescribeAutoScalingInstances; an instance in no group is missing from the answer. */
  describeInstances(ids: readonly [string, ...string[]]): Promise<GroupMember[]>;
  /** Throws PortError `not-found` when the group is gone. */
  describeGroup(name: string): Promise<Group>;
  /** Terminate hooks only (`autoscaling:EC2_INSTANCE_TERMINATING`). */
  describeTerminateHooks(group: string): Promise<string[]>;
  /**
   * DetachInstances with ShouldDecrementDesiredCapacity=false: the group starts a replacement at once.
   * Detached instances run no lifecycle hooks and nobody terminates them: the caller must remember them.
   */
  detachInstance(group: string, instanceId: string): Promise<void>;
}

export interface GroupMember {
  instanceId: string;
  group: string;
  /** `InService`, `Terminating:Wait`, … as the API gives it. */
  lifecycleState: string;
}

export interface Group {
  name: string;
  desired: number;
  min: number;
  max: number;
  capacityRebalance: boolean;
  tags: Record<string, string>;
  instances: { id: string; lifecycleState: string }[];
}
