import { describe, expect, it } from 'vitest';
import type { ClusterInput } from './harness.ts';
import { bench, demoCluster, outcome } from './harness.ts';

type GroupInput = ClusterInput['groups'][number];

const MINUTE = 60_000;
const hook = { name: 'drain', heartbeat: '10m', global: '25m', default: 'CONTINUE' as const };

async function setUp(extra: Partial<GroupInput> = { terminateHooks: [hook] }) {
  const group = { name: 'workers', kind: 'self-managed' as const, count: 3, ...extra };
  const made = await bench({ clusters: [demoCluster({ groups: [group] })] });
  const { world, ports, run } = made;
  const { id } = world.instance('workers/0');
  const asg = world.fleet.groups[0]?.asg ?? '';
  const action = { group: asg, hook: 'drain', instanceId: id };
  const states = async () => {
    const [member] = await run(ports.autoscaling.describeInstances([id]));
    return [member?.lifecycleState, world.instance(id).state];
  };
  return { ...made, id, asg, action, states };
}

function lifecycleEvents(world: Awaited<ReturnType<typeof setUp>>['world']) {
  return world.events.filter((event) => event.source === 'aws.autoscaling');
}

describe('a terminate hook', () => {
  it('is described with its times; a bare name has the defaults of the API', async () => {
    const { ports, run, asg } = await setUp({ terminateHooks: [hook, 'plain'] });
    expect(await run(ports.autoscaling.describeTerminateHooks(asg))).toEqual([
      { name: 'drain', heartbeatMs: 10 * MINUTE, globalMs: 25 * MINUTE, defaultResult: 'CONTINUE' },
      { name: 'plain', heartbeatMs: 60 * MINUTE, globalMs: 48 * 60 * MINUTE, defaultResult: 'ABANDON' },
    ]);
  });

  it('is never held longer than 100 heartbeats', async () => {
    const { ports, run, asg } = await setUp({ terminateHooks: [{ name: 'short', heartbeat: '30s' }] });
    expect(await run(ports.autoscaling.describeTerminateHooks(asg))).toMatchObject([
      { globalMs: 50 * MINUTE },
    ]);
  });

  it('announces the instance and keeps it running until it is completed', async () => {
    const { world, ports, run, id, asg, action, states } = await setUp();
    world.scaleIn(id);
    expect(lifecycleEvents(world)).toMatchObject([
      {
        'detail-type': 'EC2 Instance-terminate Lifecycle Action',
        detail: {
          AutoScalingGroupName: asg,
          LifecycleHookName: 'drain',
          EC2InstanceId: id,
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          Origin: 'AutoScalingGroup',
          Destination: 'EC2',
        },
      },
    ]);
    expect(lifecycleEvents(world)[0]?.detail['LifecycleActionToken']).toHaveLength(36);
    await world.clock.advance(9 * MINUTE);
    expect(await states()).toEqual(['Terminating:Wait', 'running']);
    await run(ports.autoscaling.completeAction(action));
    expect(await states()).toEqual(['Terminating:Proceed', 'shutting-down']);
    await world.clock.advance(MINUTE);
    expect(await states()).toEqual([undefined, 'terminated']);
    expect(world.instance(id).stateReason).toBe('Client.UserInitiatedShutdown');
    expect(world.fleet.lifecycleActions).toMatchObject([
      { result: 'CONTINUE', endedBy: 'completed', heartbeats: [] },
    ]);
  });

  it('times out without a heartbeat and then ends with its own default', async () => {
    const { world, id, states } = await setUp();
    const before = world.clock.now();
    world.scaleIn(id);
    await world.clock.advance(10 * MINUTE - 1_000);
    expect(await states()).toEqual(['Terminating:Wait', 'running']);
    await world.clock.advance(1_000);
    expect(await states()).toEqual(['Terminating:Proceed', 'shutting-down']);
    expect(world.fleet.lifecycleActions).toMatchObject([
      { begunAt: before, endedAt: before + 10 * MINUTE, result: 'CONTINUE', endedBy: 'timed-out' },
    ]);
  });

  it('starts its timeout again at each heartbeat, and ends at the global limit all the same', async () => {
    const { world, ports, run, id, action } = await setUp();
    world.scaleIn(id);
    const before = world.clock.now();
    for (const beat of [1, 2, 3]) {
      await world.clock.advance(before + beat * 8 * MINUTE - world.clock.now());
      await run(ports.autoscaling.recordHeartbeat(action));
      expect(world.instance(id).state).toBe('running');
    }
    await world.clock.advance(2 * MINUTE);
    const [record] = world.fleet.lifecycleActions;
    expect(record).toMatchObject({ endedAt: before + 25 * MINUTE, endedBy: 'timed-out' });
    expect(record?.heartbeats.map((at) => Math.round((at - before) / MINUTE))).toEqual([8, 16, 24]);
  });

  it('waits for every hook', async () => {
    const { world, ports, run, id, action } = await setUp({
      terminateHooks: [hook, { ...hook, name: 'logs' }],
    });
    world.scaleIn(id);
    expect(lifecycleEvents(world)).toHaveLength(2);
    await run(ports.autoscaling.completeAction(action));
    expect(world.instance(id).state).toBe('running');
    await run(ports.autoscaling.completeAction({ ...action, hook: 'logs' }));
    expect(world.instance(id).state).toBe('shutting-down');
  });

  it('refuses a heartbeat and a completion when nothing waits', async () => {
    const { world, ports, run, id, action } = await setUp();
    const refused = { kind: 'invalid', code: 'ValidationError' };
    await expect(run(ports.autoscaling.recordHeartbeat(action))).rejects.toMatchObject(refused);
    world.scaleIn(id);
    const other = { ...action, hook: 'another' };
    await expect(run(ports.autoscaling.completeAction(other))).rejects.toMatchObject(refused);
    await run(ports.autoscaling.completeAction(action));
    expect(await outcome(run(ports.autoscaling.completeAction(action)))).toBe('invalid');
    expect(await outcome(run(ports.autoscaling.recordHeartbeat(action)))).toBe('invalid');
  });

  it('is not there: the instance goes at once and no event is sent', async () => {
    const { world, id } = await setUp({});
    world.scaleIn(id);
    expect(world.instance(id).state).toBe('shutting-down');
    expect(lifecycleEvents(world)).toEqual([]);
  });

  it('delays neither Spot nor a direct termination', async () => {
    const { world, ports, run } = await setUp();
    world.interrupt('workers/0');
    await run(ports.ec2.terminateInstances([world.instance('workers/1').id]));
    await world.clock.advance(120_500);
    expect(
      world
        .nodes()
        .slice(0, 2)
        .map((node) => node.state),
    ).toEqual(['shutting-down', 'terminated']);
    expect(world.fleet.lifecycleActions).toEqual([]);
  });

  it('does not save an instance that Spot takes while it is held', async () => {
    const { world, ports, run, id, action, states } = await setUp();
    world.scaleIn(id);
    world.interrupt(id);
    await world.clock.advance(200_000);
    expect(await states()).toEqual(['Terminating:Wait', 'terminated']);
    await run(ports.autoscaling.completeAction(action));
    expect((await states())[0]).toBeUndefined();
  });

  it('holds an instance that goes back to the warm pool, which is then stopped and kept', async () => {
    const { world, ports, run, id, action, states } = await setUp();
    world.toWarmPool(id);
    expect(lifecycleEvents(world)).toMatchObject([
      { detail: { Origin: 'AutoScalingGroup', Destination: 'WarmPool' } },
    ]);
    expect(await states()).toEqual(['Warmed:Pending:Wait', 'running']);
    await run(ports.autoscaling.completeAction(action));
    await world.clock.advance(10 * MINUTE);
    expect(await states()).toEqual(['Warmed:Stopped', 'stopped']);
    expect(world.nodes()).toHaveLength(3);
  });

  it('of EKS stands on a managed group that has it, and EKS completes it after 5 s', async () => {
    const { world, ports, run, id, asg } = await setUp({ kind: 'managed', eksHooks: true });
    const described = await run(ports.autoscaling.describeTerminateHooks(asg));
    expect(described).toMatchObject([{ name: 'Terminate-LC-Hook', heartbeatMs: 30 * MINUTE }]);
    const before = world.clock.now();
    world.scaleIn(id);
    await world.clock.advance(6_000);
    expect(world.fleet.lifecycleActions).toMatchObject([{ endedAt: before + 5_000, endedBy: 'completed' }]);
  });
});
