import { describe, expect, it } from 'vitest';
import { REBALANCE } from '../../simulator/activities.ts';
import type { ClusterInput } from './harness.ts';
import { bench, demoCluster } from './harness.ts';

type GroupInput = ClusterInput['groups'][number];

const MINUTE = 60_000;

async function setUp(
  kind: GroupInput['kind'],
  group: Partial<GroupInput> = {},
  cluster: Partial<ClusterInput> = {},
) {
  const workers = {
    name: 'workers',
    kind,
    count: 3,
    lifecycle: 'spot' as const,
    capacityRebalance: true,
    ...group,
  };
  const workloads = [{ name: 'web', replicas: 6, shutdown: '2s', ready: '5s' }];
  const made = await bench({ clusters: [demoCluster({ groups: [workers], workloads, ...cluster })] });
  const { world } = made;
  const { id } = world.instance('workers/0');
  return { ...made, id, view: () => world.nodes()[0] };
}

describe('EKS and a rebalance recommendation', () => {
  it('launches first, drains when the replacement is Ready, then takes the old instance', async () => {
    const { world, id, view } = await setUp('managed');
    const before = world.clock.now();
    world.rebalance(id);
    expect(world.nodes()).toHaveLength(4);
    await world.clock.advance(79_000);
    expect(view()).toMatchObject({ node: 'ready', unschedulable: false });
    expect(world.eksDrains).toEqual([]);
    await world.clock.advance(2_000);
    expect(view()).toMatchObject({ unschedulable: true });
    expect(world.eksDrains).toEqual([{ instanceId: id, begunAt: before + 80_000 }]);
    await world.clock.advance(MINUTE);
    expect(world.eksDrains[0]?.endedAt).toBeLessThan(before + 100_000);
    expect(view()).toMatchObject({ state: 'terminated' });
    expect(world.endings().map((ending) => ending.how)).toEqual(['graceful', 'graceful']);
    expect(world.nodes()).toHaveLength(4);
    expect(world.calls.mutations()).toEqual([]);
  });

  it('respects budgets, and gives up on them after 15 minutes', async () => {
    const budgets = [{ name: 'web', selector: { app: 'web' }, maxUnavailable: 0 }];
    const { world, id, view } = await setUp('managed', {}, { budgets });
    world.rebalance(id);
    await world.clock.advance(16 * MINUTE);
    expect(view()).toMatchObject({ state: 'running', unschedulable: true });
    expect(world.endings()).toEqual([]);
    await world.clock.advance(2 * MINUTE);
    expect(view()).toMatchObject({ state: 'terminated' });
    expect(world.endings().every((ending) => ending.how === 'cut-off')).toBe(true);
  });

  it('drains at once when the Spot warning comes before the replacement', async () => {
    const { world, id, view } = await setUp('managed');
    world.rebalance(id);
    await world.clock.advance(10_000);
    world.interrupt(id);
    expect(view()).toMatchObject({ unschedulable: true });
    await world.clock.advance(2 * MINUTE);
    expect(world.eksDrains).toHaveLength(1);
    expect(world.endings().map((ending) => ending.how)).toEqual(['graceful', 'graceful']);
  });

  it('drains nothing when no replacement can be launched', async () => {
    const { world, id, view } = await setUp('managed', { launchFails: true });
    world.rebalance(id);
    await world.clock.advance(30 * MINUTE);
    expect(view()).toMatchObject({ state: 'running', unschedulable: false });
    expect(world.eksDrains).toEqual([]);
  });

  it('leaves alone a group that does not rebalance', async () => {
    const { world, id, view } = await setUp('managed', { capacityRebalance: false });
    world.rebalance(id);
    world.interrupt('workers/1');
    await world.clock.advance(MINUTE);
    expect(world.nodes()).toHaveLength(3);
    expect(view()).toMatchObject({ state: 'running', unschedulable: false });
    expect(world.eksDrains).toEqual([]);
  });
});

describe('a self-managed group and a rebalance recommendation', () => {
  it('takes the old instance through its hooks once the new one is in service, and drains nothing', async () => {
    const { world, ports, run, id, view } = await setUp('self-managed', { terminateHooks: ['drain'] });
    world.rebalance(id);
    await world.clock.advance(19_000);
    expect(world.fleet.lifecycleActions).toEqual([]);
    await world.clock.advance(2_000);
    expect(world.fleet.lifecycleActions).toMatchObject([{ instanceId: id, hook: 'drain' }]);
    expect(view()).toMatchObject({ state: 'running', unschedulable: false });
    const [action] = world.fleet.lifecycleActions;
    if (action === undefined) throw new Error('nothing is held');
    await run(ports.autoscaling.completeAction(action));
    await world.clock.advance(MINUTE);
    expect(view()).toMatchObject({ state: 'terminated' });
    expect(world.nodes()).toHaveLength(4);
    const activities = await run(ports.autoscaling.describeActivities(action.group));
    expect(activities.every((activity) => activity.cause.includes(REBALANCE))).toBe(true);
    expect(activities).toHaveLength(2);
  });
});
