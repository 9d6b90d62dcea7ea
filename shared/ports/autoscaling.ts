/** The Auto Scaling calls we use. Adapter: `shared/aws/autoscaling.ts`; fake: `simulator/autoscaling.ts`. */
export interface AutoScaling {
  /** DescribeAutoScalingInstances; an instance in no group is missing from the answer. */
  describeInstances(ids: readonly [string, ...string[]]): Promise<GroupMember[]>;
  /** Throws PortError `not-found` when the group is gone. */
  describeGroup(name: string): Promise<Group>;
  /** DescribeLifecycleHooks, terminate hooks only (`autoscaling:EC2_INSTANCE_TERMINATING`). */
  describeTerminateHooks(group: string): Promise<TerminateHook[]>;
  /** DescribeScalingActivities, the newest page (100), newest first. */
  describeActivities(group: string): Promise<ScalingActivity[]>;
  /** DescribeInstanceRefreshes: whether one is pending, in progress, baking, cancelling or rolling back. */
  isRefreshing(group: string): Promise<boolean>;
  /**
   * DetachInstances with ShouldDecrementDesiredCapacity=false: the group starts a replacement at once.
   * Detached instances run no lifecycle hooks and nobody terminates them: the caller must remember them.
   */
  detachInstance(group: string, instanceId: string): Promise<void>;
  /**
   * RecordLifecycleActionHeartbeat by instance id: the hook's timeout starts again. Throws PortError `invalid`
   * when no action of this hook waits for the instance (any more).
   */
  recordHeartbeat(action: LifecycleAction): Promise<void>;
  /** CompleteLifecycleAction by instance id with CONTINUE; nothing else is ever sent. `invalid` as above. */
  completeAction(action: LifecycleAction): Promise<void>;
  /** SetDesiredCapacity to an absolute number, cooldowns not honoured. `invalid` outside min and max. */
  setDesiredCapacity(group: string, desired: number): Promise<void>;
  /**
   * TerminateInstanceInAutoScalingGroup with ShouldDecrementDesiredCapacity=true: the group's own hooks run and
   * nothing replaces the instance. `conflict` while another activity is in progress.
   */
  terminateInGroup(instanceId: string): Promise<void>;
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

export interface TerminateHook {
  name: string;
  /** Without a heartbeat for this long the hook times out. 30 s to 2 h. */
  heartbeatMs: number;
  /** The longest it can be held in all: 48 h or 100 heartbeats. */
  globalMs: number;
  /** What the group does when it times out; either way the instance goes. */
  defaultResult: 'CONTINUE' | 'ABANDON';
}

/** One instance held by one hook. */
export interface LifecycleAction {
  group: string;
  hook: string;
  instanceId: string;
}

/** Something the group did or is doing. The texts are the API's own words, for people and for keywords. */
export interface ScalingActivity {
  startedAt: number;
  /** `Successful`, `InProgress`, … */
  status: string;
  /** e.g. `Terminating EC2 instance: i-0123456789abcdef0`. */
  description: string;
  cause: string;
}
