import { describe, expect, it } from 'vitest';
import { bench, demoCluster, refOf } from './harness.ts';

const workloads = [{ name: 'web', replicas: 3 }];

async function setUp() {
  const made = await bench({ clusters: [demoCluster({ workloads })] });
  const node = made.world.nodes()[0];
  if (node === undefined) throw new Error('no node');
  const look = () => made.world.nodes()[0];
  const types = () => made.world.events.map((event) => [event['detail-type'], event.detail['state']]);
  return { ...made, id: node.id, name: node.name, look, types };
}

describe('Spot interruption', () => {
  it('warns first and takes the instance 120 s later', async () => {
    const { world, id, look, ports, run } = await setUp();
    world.interrupt(id);
    expect(world.events).toMatchObject([
      {
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        resources: [`arn:aws:ec2:eu-west-1a:instance/${id}`],
        detail: { 'instance-id': id, 'instance-action': 'terminate' },
      },
    ]);
    await world.clock.advance(119_900);
    expect(look()).toMatchObject({ state: 'running', node: 'ready' });
    await world.clock.advance(200);
    expect(look()).toMatchObject({ state: 'shutting-down' });
    const [instance] = await run(ports.ec2.describeInstances([id]));
    expect(instance?.stateReason).toBe('Server.SpotInstanceTermination');
    await world.clock.advance(30_000);
    expect(look()).toMatchObject({ state: 'terminated' });
  });

  it('cuts off the pods that are still there: node NotReady, then gone, pods replaced elsewhere', async () => {
    const { world, id, look, kubernetes, run } = await setUp();
    world.interrupt(id);
    await world.clock.advance(161_000);
    expect(look()).toMatchObject({ node: 'not-ready' });
    await world.clock.advance(6_000);
    expect(look()).toMatchObject({ node: 'absent', pods: [] });
    expect(world.endings()).toMatchObject([{ how: 'cut-off' }]);
    await world.clock.advance(30_000);
    expect(await run(kubernetes.listPods({ labelSelector: 'app=web' }))).toHaveLength(3);
  });

  it('lets no pod finish gracefully after its machine died', async () => {
    const { world, id, name, kubernetes, run } = await setUp();
    world.interrupt(id);
    await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    await world.clock.advance(119_000);
    const [pod] = await run(kubernetes.listPods({ nodeName: name }));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(60_000);
    expect(world.endings()).toMatchObject([{ uid: pod?.metadata?.uid, how: 'cut-off' }]);
  });

  it('stops at 120 s when the action is stop', async () => {
    const { world, id, types } = await setUp();
    world.interrupt(id, 'stop');
    await world.clock.advance(121_000);
    expect(types().slice(0, 2)).toEqual([
      ['EC2 Spot Instance Interruption Warning', undefined],
      ['EC2 Instance State-change Notification', 'stopping'],
    ]);
  });

  it('begins hibernation at once', async () => {
    const { world, id, look } = await setUp();
    world.interrupt(id, 'hibernate');
    expect(look()).toMatchObject({ state: 'stopping' });
    await world.clock.advance(41_000);
    expect(look()).toMatchObject({ node: 'not-ready' });
  });

  it('can lose the warning', async () => {
    const { world, id } = await setUp();
    world.interrupt(id, 'terminate', world.clock.now() + 1_000, false);
    await world.clock.advance(121_500);
    expect(world.events.map((event) => event['detail-type'])).toEqual([
      'EC2 Instance State-change Notification',
    ]);
  });

  it('forgets a terminated instance after an hour', async () => {
    const { world, id, ports, run } = await setUp();
    world.terminate('workers/0');
    await world.clock.advance(60_000);
    expect(await run(ports.ec2.describeInstances([id]))).toMatchObject([{ id, state: 'terminated' }]);
    await world.clock.advance(3_600_000);
    expect(await run(ports.ec2.describeInstances([id, 'i-00000000000000000']))).toEqual([]);
  });
});
