import { describe, expect, it } from 'vitest';
import type { ClusterInput } from './harness.ts';
import { bench, demoCluster, outcome } from './harness.ts';

type GroupInput = ClusterInput['groups'][number];

async function setUp(extra: Partial<GroupInput> = {}) {
  const group = { name: 'workers', kind: 'self-managed' as const, count: 3, min: 2, max: 4, ...extra };
  const made = await bench({ clusters: [demoCluster({ groups: [group] })] });
  const { world, ports, run } = made;
  const { id } = world.instance('workers/0');
  const asg = world.fleet.groups[0]?.asg ?? '';
  const activities = () => run(ports.autoscaling.describeActivities(asg));
  const inService = async () => {
    const { instances } = await run(ports.autoscaling.describeGroup(asg));
    return instances.filter((instance) => instance.lifecycleState === 'InService').length;
  };
  return { ...made, id, asg, activities, inService };
}

describe('desired capacity', () => {
  it('grows by launches', async () => {
    const { world, ports, run, asg, inService, activities } = await setUp();
    await run(ports.autoscaling.setDesiredCapacity(asg, 4));
    expect(await activities()).toMatchObject([{ status: 'InProgress' }]);
    await world.clock.advance(21_000);
    expect(await inService()).toBe(4);
    const [launch] = await activities();
    expect(launch?.status).toBe('Successful');
    expect(launch?.description).toBe(`Launching a new EC2 instance: ${world.nodes()[3]?.id}`);
    expect(launch?.cause).toContain('changing the desired capacity from 3 to 4');
    expect(launch?.cause).toContain('increasing the capacity from 3 to 4');
  });

  it('shrinks by taking the oldest, which nothing replaces', async () => {
    const { world, ports, run, id, asg, inService, activities } = await setUp();
    await run(ports.autoscaling.setDesiredCapacity(asg, 2));
    await world.clock.advance(300_000);
    expect(await inService()).toBe(2);
    expect(world.nodes().map((node) => node.state)).toEqual(['terminated', 'running', 'running']);
    const [taken, ...others] = await activities();
    expect(others).toEqual([]);
    expect(taken).toMatchObject({ status: 'Successful', description: `Terminating EC2 instance: ${id}` });
    expect(taken?.cause).toContain('shrinking the capacity from 3 to 2');
    expect(taken?.cause).toContain(`instance ${id} was selected for termination`);
  });

  it.each([1, 5])('refuses %i, outside min and max', async (desired) => {
    const { ports, run, asg, inService } = await setUp();
    await expect(run(ports.autoscaling.setDesiredCapacity(asg, desired))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'ValidationError',
    });
    expect(await inService()).toBe(3);
  });

  it('may be lowered by whoever AWS names, who then stands in the cause', async () => {
    const { world, id, activities } = await setUp();
    world.scaleIn(id, 'a monitor alarm cpu-low in state ALARM triggered policy shrink');
    const [taken] = await activities();
    expect(taken?.cause).toContain(
      'alarm cpu-low in state ALARM triggered policy shrink changing the desired',
    );
    expect(taken?.cause).toContain('shrinking the capacity from 3 to 2');
  });
});

describe('terminating inside the group', () => {
  it('lowers the desired capacity and says that somebody asked', async () => {
    const { world, ports, run, id, asg, activities } = await setUp();
    await run(ports.autoscaling.terminateInGroup(id));
    await world.clock.advance(300_000);
    expect(world.nodes()).toHaveLength(3);
    expect(await run(ports.autoscaling.describeGroup(asg))).toMatchObject({ desired: 2 });
    const [taken] = await activities();
    expect(taken?.cause).toContain('instance was taken out of service in response to a user request');
  });

  it('goes through the hooks, and a second wish conflicts with the first', async () => {
    const { world, ports, run, id, activities } = await setUp({ terminateHooks: ['drain'] });
    await run(ports.autoscaling.terminateInGroup(id));
    expect(world.instance(id).state).toBe('running');
    expect(await activities()).toMatchObject([{ status: 'MidLifecycleAction' }]);
    expect(await outcome(run(ports.autoscaling.terminateInGroup(id)))).toBe('conflict');
  });

  it('refuses below the minimum and for an instance of no group', async () => {
    const { world, ports, run, id, inService } = await setUp({ min: 3 });
    expect(await outcome(run(ports.autoscaling.terminateInGroup(id)))).toBe('invalid');
    expect(await outcome(run(ports.autoscaling.terminateInGroup('i-00000000000000000')))).toBe('invalid');
    expect(await inService()).toBe(3);
    expect(world.instance(id).state).toBe('running');
  });
});

describe('scaling activities', () => {
  it('blame the health check for what EC2 took, newest first', async () => {
    const { world, id, activities } = await setUp();
    world.terminate(id);
    await world.clock.advance(120_000);
    const [launch, loss] = await activities();
    expect(launch?.description).toMatch(/^Launching a new EC2 instance: i-/);
    expect(launch?.cause).toContain('in response to a difference between desired and actual capacity');
    expect(loss?.description).toBe(`Terminating EC2 instance: ${id}`);
    expect(loss?.cause).toContain(
      'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped',
    );
  });

  it('blame the status checks for what answers no more, and its hooks run', async () => {
    const { world, id, activities } = await setUp({ terminateHooks: ['drain'] });
    world.impair(id);
    await world.clock.advance(120_000);
    expect(world.nodes()[0]).toMatchObject({ state: 'running', node: 'not-ready' });
    expect(world.nodes()).toHaveLength(4);
    const loss = (await activities()).find((activity) => activity.description.endsWith(id));
    expect(loss?.cause).toContain('in response to an EC2 instance status checks failure');
    expect(loss?.status).toBe('MidLifecycleAction');
  });

  it('keep a launch that failed, with the reason', async () => {
    const { world, ports, run, asg, activities } = await setUp({ launchFails: true });
    await run(ports.autoscaling.setDesiredCapacity(asg, 4));
    expect(world.nodes()).toHaveLength(3);
    const [launch] = await activities();
    expect(launch).toMatchObject({
      status: 'Failed',
      description: expect.stringContaining('no Spot capacity'),
    });
  });
});

describe('a page of activities', () => {
  it('holds the newest hundred', async () => {
    const { world, ports, run, asg, activities } = await setUp({ launchFails: true });
    for (let time = 0; time < 101; time++) {
      await world.clock.advance(1_000);
      await run(ports.autoscaling.setDesiredCapacity(asg, 4));
    }
    const page = await activities();
    expect(page).toHaveLength(100);
    expect(world.clock.now() - (page[0]?.startedAt ?? 0)).toBeLessThan(100);
    expect(world.clock.now() - (page[99]?.startedAt ?? 0)).toBeGreaterThan(99_000);
  });
});

describe('what is configured', () => {
  it('tells of an instance refresh', async () => {
    const { ports, run, asg } = await setUp({ refreshing: true });
    expect(await run(ports.autoscaling.isRefreshing(asg))).toBe(true);
    expect(await outcome(run(ports.autoscaling.isRefreshing('nowhere')))).toBe('invalid');
  });

  it('tells of auto repair, for managed groups only', async () => {
    const { ports, run } = await setUp({ kind: 'managed', autoRepair: true });
    expect(await run(ports.eks.describeNodegroup('demo', 'workers'))).toEqual({
      name: 'workers',
      autoRepair: true,
    });
    const selfManaged = await setUp();
    expect(await outcome(selfManaged.run(selfManaged.ports.eks.describeNodegroup('demo', 'workers')))).toBe(
      'not-found',
    );
  });

  it('marks a managed group by its tags', async () => {
    const { ports, run, asg } = await setUp({ kind: 'managed' });
    const { tags } = await run(ports.autoscaling.describeGroup(asg));
    expect(tags).toMatchObject({ 'eks:cluster-name': 'demo', 'eks:nodegroup-name': 'workers' });
  });
});
