import { describe, expect, it } from 'vitest';
import { bench, demoCluster, outcome } from './harness.ts';

async function setUp(extra: { launchFails?: boolean; capacityRebalance?: boolean } = {}) {
  const group = { name: 'workers', kind: 'self-managed' as const, count: 3, ...extra };
  const made = await bench({ clusters: [demoCluster({ groups: [group] })] });
  const id = made.world.instance('workers/0').id;
  const [member] = await made.run(made.ports.autoscaling.describeInstances([id]));
  const asg = member?.group ?? '';
  const describeGroup = () => made.run(made.ports.autoscaling.describeGroup(asg));
  return { ...made, id, asg, describeGroup };
}

describe('Auto Scaling group', () => {
  it('replaces a lost instance after a delay, and the new one joins as a Ready node', async () => {
    const { world, id, describeGroup } = await setUp();
    world.terminate(id);
    await world.clock.advance(29_000);
    expect(world.nodes()).toHaveLength(3);
    await world.clock.advance(2_000);
    expect(world.nodes()[3]).toMatchObject({ state: 'pending', node: 'absent' });
    await world.clock.advance(20_000);
    expect(world.nodes()[3]).toMatchObject({ state: 'running', node: 'absent' });
    await world.clock.advance(60_000);
    expect(world.nodes()[3]).toMatchObject({ state: 'running', node: 'ready' });
    const { desired, instances } = await describeGroup();
    expect(desired).toBe(3);
    expect(instances.map((instance) => instance.id)).not.toContain(id);
    expect(instances).toHaveLength(3);
  });

  it('detaches: replacement at once, the old instance runs on outside the group', async () => {
    const { world, ports, run, id, asg, describeGroup } = await setUp();
    await run(ports.autoscaling.detachInstance(asg, id));
    expect(world.nodes()[3]).toMatchObject({ state: 'pending' });
    expect(world.nodes()[0]).toMatchObject({ id, state: 'running', node: 'ready' });
    expect(await run(ports.autoscaling.describeInstances([id]))).toEqual([]);
    expect((await describeGroup()).instances).toHaveLength(3);
    world.interrupt(id);
    await world.clock.advance(300_000);
    expect(world.nodes()).toHaveLength(4);
  });

  it('refuses to detach what is not in service in the group', async () => {
    const { world, ports, run, id, asg } = await setUp();
    expect(await outcome(run(ports.autoscaling.detachInstance('nowhere', id)))).toBe('invalid');
    await run(ports.autoscaling.detachInstance(asg, id));
    expect(await outcome(run(ports.autoscaling.detachInstance(asg, id)))).toBe('invalid');
    expect(world.fleet.detachments).toHaveLength(1);
  });

  it('reports a launch that fails for lack of capacity', async () => {
    const { world, id } = await setUp({ launchFails: true });
    world.terminate(id);
    await world.clock.advance(60_000);
    expect(world.events.map((event) => event['detail-type'])).toContain('EC2 Instance Launch Unsuccessful');
    expect(world.nodes()).toHaveLength(3);
  });

  it('launches ahead of the loss with capacity rebalancing, and not once more at the loss', async () => {
    const { world, id } = await setUp({ capacityRebalance: true });
    world.rebalance(id);
    expect(world.nodes()).toHaveLength(4);
    world.interrupt(id);
    await world.clock.advance(300_000);
    expect(world.nodes()).toHaveLength(4);
  });

  it('has no group to answer for behind Karpenter and Auto Mode nodes', async () => {
    const groups = [
      { name: 'pool', kind: 'karpenter' as const, count: 1 },
      { name: 'auto', kind: 'auto-mode' as const, count: 1 },
    ];
    const { world, ports, run } = await bench({ clusters: [demoCluster({ groups })] });
    const [pool, auto] = world.nodes();
    expect(await run(ports.autoscaling.describeInstances([pool?.id ?? '', auto?.id ?? '']))).toEqual([]);
    const [karpenter, managed] = await run(ports.ec2.describeInstances([pool?.id ?? '', auto?.id ?? '']));
    expect(karpenter?.tags).toMatchObject({
      'karpenter.sh/nodepool': 'pool',
      'kubernetes.io/cluster/demo': 'owned',
    });
    expect(managed).toMatchObject({
      managedBy: 'eks.amazonaws.com',
      tags: { 'eks:eks-cluster-name': 'demo' },
    });
  });
});
