import { expect } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import type { AutoScaling } from '../../shared/ports/autoscaling.ts';
import type { Ec2 } from '../../shared/ports/ec2.ts';
import type { Volumes } from '../../shared/ports/volumes.ts';

/** What each group has at first. */
export const MEMBERS = { desired: 3, min: 2, max: 5, hook: 'drain', heartbeatSeconds: 1_800 } as const;
/** A well-formed id that no instance has. */
const NOBODY = 'i-0123456789abcdef0';
const NO_GROUP = 'no-such-group';

type Ids = readonly [string, ...string[]];

/** A group that one case has to itself, its members in service, and one running instance in no group. */
export interface AwsStage {
  ec2: Ec2;
  autoscaling: AutoScaling;
  volumes: Volumes;
  group: string;
  loose: string;
  /** A launch template with `TEMPLATE_VERSIONS`. */
  template: string;
  /** Waits for a call; drives virtual time where there is any. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Lets what was begun come to its end. */
  settle(): Promise<void>;
}

export interface AwsTheatre {
  /** `hooked`: a terminate hook `drain`, answered by nobody, that continues when it times out. */
  stage(hooked: boolean): Promise<AwsStage>;
  close(): Promise<void>;
}

export type Case = (stage: (hooked?: boolean) => Promise<AwsStage>) => Promise<void>;

async function idsOf({ autoscaling, group, run }: AwsStage): Promise<Ids> {
  const [first = '', ...others] = (await run(autoscaling.describeGroup(group))).instances.map(({ id }) => id);
  return [first, ...others];
}

async function kindOf(stage: AwsStage, work: Promise<unknown>): Promise<string> {
  return stage.run(work).then(() => 'accepted', failureKind);
}

const INSTANCES: Record<string, Case> = {
  'an id that nobody has is missing from the answer, its neighbours are not': async (set) => {
    const { ec2, loose, run } = await set();
    const found = await run(ec2.describeInstances([NOBODY, loose]));
    expect(found.map(({ id, state }) => [id, state])).toEqual([[loose, 'running']]);
  },
  'a running instance gives no reason for its state': async (set) => {
    const { ec2, loose, run } = await set();
    expect((await run(ec2.describeInstances([loose])))[0]).not.toHaveProperty('stateReason');
  },
  'a terminated instance is still described, with the reason': async (set) => {
    const { ec2, loose, run, settle } = await set();
    await run(ec2.terminateInstances([loose]));
    await settle();
    expect(await run(ec2.describeInstances([loose]))).toMatchObject([
      { id: loose, state: 'terminated', stateReason: 'Client.UserInitiatedShutdown' },
    ]);
  },
  'a terminated instance has lost its private name': async (set) => {
    const { ec2, loose, run, settle } = await set();
    expect((await run(ec2.describeInstances([loose])))[0]).toHaveProperty('privateDnsName');
    await run(ec2.terminateInstances([loose]));
    await settle();
    expect((await run(ec2.describeInstances([loose])))[0]).not.toHaveProperty('privateDnsName');
  },
  'terminating twice is done': async (set) => {
    const { ec2, loose, run, settle } = await set();
    await run(ec2.terminateInstances([loose]));
    await run(ec2.terminateInstances([loose]));
    await settle();
    expect(await run(ec2.describeInstances([loose]))).toMatchObject([{ state: 'terminated' }]);
  },
  'an id that nobody has keeps no neighbour from being terminated': async (set) => {
    const { ec2, loose, run, settle } = await set();
    await run(ec2.terminateInstances([NOBODY, loose]));
    await settle();
    expect(await run(ec2.describeInstances([loose]))).toMatchObject([{ state: 'terminated' }]);
  },
};

const GROUPS: Record<string, Case> = {
  'a group is described with its limits and members': async (set) => {
    const { autoscaling, group, run } = await set();
    const { instances, ...found } = await run(autoscaling.describeGroup(group));
    const { desired, min, max } = MEMBERS;
    expect(found).toMatchObject({ name: group, desired, min, max, capacityRebalance: false });
    expect(instances.map(({ lifecycleState }) => lifecycleState)).toEqual(
      Array.from({ length: desired }, () => 'InService'),
    );
  },
  'a group that is gone is not-found': async (set) => {
    const stage = await set();
    expect(await kindOf(stage, stage.autoscaling.describeGroup(NO_GROUP))).toBe('not-found');
  },
  'members are found by instance, and who is in no group is missing': async (set) => {
    const stage = await set();
    const { autoscaling, group, loose, run } = stage;
    const [id] = await idsOf(stage);
    expect(await run(autoscaling.describeInstances([loose, id, NOBODY]))).toEqual([
      { instanceId: id, group, lifecycleState: 'InService' },
    ]);
  },
  'a higher desired capacity launches, and those who were there stay': async (set) => {
    const stage = await set();
    const { autoscaling, group, run } = stage;
    const before = await idsOf(stage);
    await run(autoscaling.setDesiredCapacity(group, MEMBERS.desired + 1));
    const after = await idsOf(stage);
    expect(after).toHaveLength(MEMBERS.desired + 1);
    expect(after).toEqual(expect.arrayContaining([...before]));
  },
  'a desired capacity outside min and max is invalid': async (set) => {
    const stage = await set();
    const { autoscaling, group } = stage;
    for (const desired of [MEMBERS.min - 1, MEMBERS.max + 1])
      expect(await kindOf(stage, autoscaling.setDesiredCapacity(group, desired))).toBe('invalid');
  },
  'a detached instance runs on outside the group, which replaces it at once': async (set) => {
    const stage = await set();
    const { autoscaling, ec2, group, run } = stage;
    const before = await idsOf(stage);
    await run(autoscaling.detachInstance(group, before[0]));
    expect(await run(autoscaling.describeInstances([before[0]]))).toEqual([]);
    expect(await run(ec2.describeInstances([before[0]]))).toMatchObject([{ state: 'running' }]);
    const { desired, instances } = await run(autoscaling.describeGroup(group));
    expect([desired, instances.length]).toEqual([MEMBERS.desired, MEMBERS.desired]);
    expect(instances.filter(({ id }) => !before.includes(id))).toHaveLength(1);
  },
  'detaching what is not in the group is invalid': async (set) => {
    const stage = await set();
    const { autoscaling, group, loose } = stage;
    expect(await kindOf(stage, autoscaling.detachInstance(group, loose))).toBe('invalid');
  },
  'a member is terminated, and nothing takes its place': async (set) => {
    const stage = await set();
    const { autoscaling, ec2, group, run, settle } = stage;
    const [id, ...others] = await idsOf(stage);
    await run(autoscaling.terminateInGroup(id));
    await settle();
    expect((await run(autoscaling.describeGroup(group))).desired).toBe(MEMBERS.desired - 1);
    expect(new Set(await idsOf(stage))).toEqual(new Set(others));
    expect(await run(ec2.describeInstances([id]))).toMatchObject([{ state: 'terminated' }]);
  },
  'terminating who is in no group is invalid': async (set) => {
    const stage = await set();
    expect(await kindOf(stage, stage.autoscaling.terminateInGroup(stage.loose))).toBe('invalid');
  },
  'activities are told newest first': async (set) => {
    const stage = await set();
    const { autoscaling, group, run, settle } = stage;
    await run(autoscaling.setDesiredCapacity(group, MEMBERS.desired + 1));
    await settle();
    const [newest] = await run(autoscaling.describeActivities(group));
    expect(newest).toMatchObject({ status: 'Successful', description: expect.stringMatching(/^Launching/) });
  },
  'a group without an instance refresh is not refreshing': async (set) => {
    const { autoscaling, group, run } = await set();
    expect(await run(autoscaling.isRefreshing(group))).toBe(false);
  },
};

const HOOKS: Record<string, Case> = {
  'terminate hooks are described with their times, launch hooks are not': async (set) => {
    const { autoscaling, group, run } = await set(true);
    expect(await run(autoscaling.describeTerminateHooks(group))).toEqual([
      {
        name: MEMBERS.hook,
        heartbeatMs: MEMBERS.heartbeatSeconds * 1_000,
        globalMs: 48 * 3_600_000,
        defaultResult: 'CONTINUE',
      },
    ]);
  },
  'hooks of a group that is gone are invalid to ask for': async (set) => {
    const stage = await set();
    expect(await kindOf(stage, stage.autoscaling.describeTerminateHooks(NO_GROUP))).toBe('invalid');
  },
  'a hook holds the member in Terminating:Wait, and completing it lets go': async (set) => {
    const stage = await set(true);
    const { autoscaling, ec2, group, run, settle } = stage;
    const [instanceId] = await idsOf(stage);
    const action = { group, hook: MEMBERS.hook, instanceId };
    await run(autoscaling.terminateInGroup(instanceId));
    await settle();
    const [held] = await run(autoscaling.describeInstances([instanceId]));
    expect(held?.lifecycleState).toBe('Terminating:Wait');
    await run(autoscaling.recordHeartbeat(action));
    await run(autoscaling.completeAction(action));
    await settle();
    expect(await run(ec2.describeInstances([instanceId]))).toMatchObject([{ state: 'terminated' }]);
  },
  'a heartbeat or an end for a hook that holds nobody is invalid': async (set) => {
    const stage = await set(true);
    const { autoscaling, group } = stage;
    const action = { group, hook: MEMBERS.hook, instanceId: (await idsOf(stage))[0] };
    expect(await kindOf(stage, autoscaling.recordHeartbeat(action))).toBe('invalid');
    expect(await kindOf(stage, autoscaling.completeAction(action))).toBe('invalid');
  },
};

/** What EC2 and Auto Scaling do by way of our ports: name → what must hold. */
export const GROUP_CASES: Readonly<Record<string, Case>> = { ...INSTANCES, ...GROUPS, ...HOOKS };
