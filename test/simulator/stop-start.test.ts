import { describe, expect, it } from 'vitest';
import type { WorldInput } from '../../simulator/world-file.ts';
import type { ClusterInput } from './harness.ts';
import { bench, demoCluster, outcome } from './harness.ts';

type GroupInput = ClusterInput['groups'][number];

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const MINUTE = 60_000;

async function setUp(
  group: Partial<GroupInput> = {},
  cluster: Partial<ClusterInput> = {},
  delays: NonNullable<WorldInput['delays']> = {},
) {
  const workers = { name: 'workers', kind: 'self-managed' as const, count: 3, ...group };
  const workloads = [{ name: 'web', replicas: 3, shutdown: '2s' }];
  const made = await bench({
    clusters: [demoCluster({ groups: [workers], workloads, ...cluster })],
    delays,
  });
  const { world, run, kubernetes } = made;
  const { id, privateDnsName: name } = world.instance('workers/0');
  const view = () => world.nodes()[0];
  const taints = async () => {
    const node = await run(kubernetes.getNode(name));
    return (node.spec?.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`);
  };
  return { ...made, id, name, view, taints };
}

describe('a stopped instance', () => {
  it('is replaced and terminated by its group', async () => {
    const { world, id, view } = await setUp();
    world.stop(id);
    expect(world.instance(id)).toMatchObject({
      state: 'stopping',
      stateReason: 'Client.UserInitiatedShutdown',
    });
    await world.clock.advance(3 * MINUTE);
    expect(view()).toMatchObject({ state: 'terminated' });
    expect(world.nodes()).toHaveLength(4);
  });

  it('stays where the group does not replace the unhealthy, and its Node stays with the cloud controller’s mark', async () => {
    const { world, id, view, taints } = await setUp({ replaceUnhealthy: false });
    world.stop(id);
    await world.clock.advance(10 * MINUTE);
    expect(view()).toMatchObject({ state: 'stopped', node: 'not-ready' });
    expect(world.nodes()).toHaveLength(3);
    expect(await taints()).toEqual([
      `${UNREACHABLE}:NoSchedule`,
      `${UNREACHABLE}:NoExecute`,
      'node.cloudprovider.kubernetes.io/shutdown:NoSchedule',
    ]);
  });

  it('comes back on the same Node, Ready and without the marks, and its pods run again', async () => {
    const { world, kubernetes, run, id, name, view, taints } = await setUp({ replaceUnhealthy: false });
    const before = await run(kubernetes.getNode(name));
    world.stop(id);
    await world.clock.advance(2 * MINUTE);
    const [pod] = await run(kubernetes.listPods({ nodeName: name }));
    world.start(id);
    expect(view()).toMatchObject({ state: 'pending' });
    await world.clock.advance(2 * MINUTE);
    expect(view()).toMatchObject({ state: 'running', node: 'ready' });
    expect(world.instance(id).stateReason).toBeUndefined();
    expect(await taints()).toEqual([]);
    const after = await run(kubernetes.getNode(name));
    expect(after.metadata?.uid).toBe(before.metadata?.uid);
    const [again] = await run(kubernetes.listPods({ nodeName: name }));
    expect(again?.metadata?.uid).toBe(pod?.metadata?.uid);
    expect(again?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
    await world.clock.advance(10 * MINUTE);
    expect(world.endings()).toEqual([]);
  });

  it('ends, when it comes back, the pods that were to leave meanwhile', async () => {
    const { world, id, name, kubernetes, run } = await setUp({ replaceUnhealthy: false });
    world.stop(id);
    await world.clock.advance(10 * MINUTE);
    expect(await run(kubernetes.listPods({ nodeName: name }))).toHaveLength(1);
    world.start(id);
    await world.clock.advance(2 * MINUTE);
    expect(world.endings()).toMatchObject([{ node: name, how: 'cut-off' }]);
  });

  it('keeps the marks of its absence whoever tries to remove them', async () => {
    const { world, id, name, kubernetes, run, taints } = await setUp({ replaceUnhealthy: false });
    world.stop(id);
    await world.clock.advance(MINUTE);
    await run(kubernetes.patchNode(name, { spec: { taints: null } }));
    expect(await taints()).toEqual([`${UNREACHABLE}:NoSchedule`, `${UNREACHABLE}:NoExecute`]);
  });

  it('that is back before anybody missed it leaves no mark', async () => {
    const { world, id, view } = await setUp({ replaceUnhealthy: false }, {}, { notReady: '3m' });
    world.stop(id);
    await world.clock.advance(MINUTE);
    world.start(id);
    await world.clock.advance(3 * MINUTE);
    expect(view()).toMatchObject({ state: 'running', node: 'ready' });
  });

  it('is neither stopped twice nor started while it runs', async () => {
    const { world, id } = await setUp({ replaceUnhealthy: false });
    world.start(id);
    world.stop(id);
    world.stop(id);
    await world.clock.advance(MINUTE);
    const states = world.events.map((event) => event.detail['state']);
    expect(states).toEqual(['stopping', 'stopped']);
  });
});

describe('an instance that ends', () => {
  it('names the reason it was given', async () => {
    const { world, ports, run, id } = await setUp();
    world.terminate(id, world.clock.now(), 'Server.InsufficientInstanceCapacity');
    const [instance] = await run(ports.ec2.describeInstances([id]));
    expect(instance).toMatchObject({ stateReason: 'Server.InsufficientInstanceCapacity' });
  });

  it('leaves a ghost where no cloud controller works, until somebody deletes the Node', async () => {
    const { world, kubernetes, run, id, name, view } = await setUp({}, { cloudController: false });
    world.terminate(id);
    await world.clock.advance(30 * MINUTE);
    expect(view()).toMatchObject({ state: 'terminated', node: 'not-ready' });
    expect(view()?.pods).toHaveLength(1);
    const node = await run(kubernetes.getNode(name));
    await run(kubernetes.deleteNode(name, { uid: node.metadata?.uid ?? '' }));
    expect(view()).toMatchObject({ node: 'absent', pods: [] });
    expect(await outcome(run(kubernetes.getNode(name)))).toBe('not-found');
  });
});

describe('a capacity reservation', () => {
  it.each([
    ['block', 'EC2 Capacity Reservation Instance Interruption Warning'],
    ['interruptible', 'EC2 Interruptible Capacity Reservation Instance Interruption Warning'],
  ] as const)('warns two minutes ahead with a plain ARN (%s)', async (variant, type) => {
    const { world, id, view } = await setUp({ lifecycle: 'capacity-block' });
    world.capacityInterrupt(id, variant);
    expect(world.events).toMatchObject([
      {
        source: 'aws.ec2',
        'detail-type': type,
        resources: `arn:aws:ec2:eu-west-1:210987654321:instance/${id}`,
        detail: {
          'instance-id': id,
          'instance-action': 'terminate',
          'instance-termination-time': '2026-11-03T14:02:00Z',
          azId: 'euw1-az1',
        },
      },
    ]);
    await world.clock.advance(119_000);
    expect(view()).toMatchObject({ state: 'running' });
    await world.clock.advance(2_000);
    expect(view()).toMatchObject({ state: 'shutting-down' });
  });

  it('is told by the instance’s lifecycle', async () => {
    const { ports, run, id } = await setUp({ lifecycle: 'interruptible-capacity-reservation' });
    const [instance] = await run(ports.ec2.describeInstances([id]));
    expect(instance?.lifecycle).toBe('interruptible-capacity-reservation');
  });
});
