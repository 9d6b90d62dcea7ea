import { describe, expect, it } from 'vitest';
import { assertAllDeclared, assertAppliedOnce, assertNoEmptyIds } from '../../simulator/invariants.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import { DEMO, demoCluster, noDurable, outcome, refOf } from './harness.ts';

const workloads = [{ name: 'web', replicas: 9, shutdown: '3s' }];
const budgets = [{ name: 'web', selector: { app: 'web' }, maxUnavailable: 2 }];

function setUp(keepCalls: boolean) {
  const world = worldOf({ clusters: [demoCluster({ workloads, budgets })] }, { keepCalls });
  const ports = simulatedPorts(world, { durable: noDurable });
  const seen: string[] = [];
  world.calls.onCall((call) => seen.push(call.method));
  return { world, ports, seen, run: <T>(work: Promise<T>) => world.clock.run(work) };
}

/** Cordons the first node and moves what the budget lets go, twice. */
async function drain({ world, ports, run }: ReturnType<typeof setUp>): Promise<void> {
  const kubernetes = await run(ports.kubernetes.connect(DEMO));
  const name = world.nodes()[0]?.name ?? '';
  await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
  for (const _round of [1, 2]) {
    const pods = await run(kubernetes.listPods({ nodeName: name }));
    for (const pod of pods) await outcome(run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 })));
    await world.clock.advance(30_000);
  }
}

function whatHappened(world: World) {
  return JSON.stringify({ nodes: world.nodes(), endings: world.endings(), events: world.events });
}

describe('a world that does not keep its calls', () => {
  it('goes the same way as one that does', async () => {
    const [kept, large] = [setUp(true), setUp(false)];
    await drain(kept);
    await drain(large);
    expect(kept.world.endings().length).toBeGreaterThan(1);
    expect(whatHappened(large.world)).toBe(whatHappened(kept.world));
    expect(large.seen).toEqual(kept.seen);
  });

  it('remembers changes to infrastructure without their answers, and nothing else', async () => {
    const large = setUp(false);
    await drain(large);
    const { calls } = large.world.calls;
    expect(new Set(calls.map((call) => call.method))).toEqual(new Set(['patchNode', 'evictPod']));
    expect(calls.every((call) => call.result === undefined)).toBe(true);
    expect(calls.map((call) => call.n)).not.toEqual(calls.map((_call, index) => index + 1));
  });

  it('still notices a pod that is evicted twice', async () => {
    const { world, ports, run } = setUp(false);
    const kubernetes = await run(ports.kubernetes.connect(DEMO));
    const [pod] = await run(kubernetes.listPods({}));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    assertAppliedOnce(world);
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    expect(() => assertAppliedOnce(world)).toThrow('V2 applied at most once');
  });

  it('still notices a call without ids and a call that nobody declared', async () => {
    const { world, run } = setUp(false);
    const allowed = { aws: ['ec2:DescribeInstances' as const], kubernetes: [] };
    const { ec2, eks } = simulatedPorts(world, { durable: noDurable, allowed });
    await run(ec2.describeInstances([world.nodes()[0]?.id ?? '']));
    assertNoEmptyIds(world);
    assertAllDeclared(world);
    await outcome(run(ec2.describeInstances([] as unknown as [string])));
    await outcome(run(eks.listClusters()));
    expect(() => assertNoEmptyIds(world)).toThrow('V11');
    expect(() => assertAllDeclared(world)).toThrow('eks:ListClusters');
  });
});
