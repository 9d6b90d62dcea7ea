import { describe, expect, it } from 'vitest';
import { bench, demoCluster, refOf } from './harness.ts';

const group = { name: 'workers', kind: 'self-managed' as const, count: 2, podsPerNode: 4 };

function readyNow(pod: { status?: { conditions?: { type: string; status: string }[] } }): boolean {
  return pod.status?.conditions?.some((entry) => entry.type === 'Ready' && entry.status === 'True') ?? false;
}

describe('replacement of pods', () => {
  it('spreads the pods that stand at the start', async () => {
    const { world } = await bench({ clusters: [demoCluster({ workloads: [{ name: 'web', replicas: 7 }] })] });
    expect(world.nodes().map((node) => node.pods.length)).toEqual([3, 2, 2]);
  });

  it('puts the replacement of an evicted pod on the first node that takes it, Ready after a while', async () => {
    const workloads = [{ name: 'web', replicas: 2, ready: '10s' }];
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster({ workloads })] });
    const [first, second] = world.nodes();
    await run(kubernetes.patchNode(first?.name ?? '', { spec: { unschedulable: true } }));
    const [pod] = await run(kubernetes.listPods({ nodeName: first?.name ?? '' }));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(1_000);
    const [, fresh] = await run(kubernetes.listPods({ nodeName: second?.name ?? '' }));
    expect(fresh?.metadata?.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', controller: true }]);
    expect(fresh !== undefined && readyNow(fresh)).toBe(false);
    await world.clock.advance(12_000);
    const [, ready] = await run(kubernetes.listPods({ nodeName: second?.name ?? '' }));
    expect(ready !== undefined && readyNow(ready)).toBe(true);
  });

  it('leaves a pod Pending and Unschedulable when no node takes it, until there is room', async () => {
    const workloads = [{ name: 'web', replicas: 8, shutdown: '1s' }];
    const { world, kubernetes, run } = await bench({
      clusters: [demoCluster({ groups: [group], workloads })],
    });
    const name = world.nodes()[0]?.name ?? '';
    await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    const [pod] = await run(kubernetes.listPods({ nodeName: name }));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(5_000);
    const pending = (await run(kubernetes.listPods({}))).filter((entry) => entry.status?.phase === 'Pending');
    expect(pending).toMatchObject([
      { status: { conditions: [{ reason: 'Unschedulable', status: 'False' }] } },
    ]);
    await run(kubernetes.patchNode(name, { spec: { unschedulable: null } }));
    await world.clock.advance(5_000);
    const left = (await run(kubernetes.listPods({}))).filter((entry) => entry.status?.phase === 'Pending');
    expect(left).toEqual([]);
  });

  it('gives a StatefulSet pod its name back only after the old one is gone', async () => {
    const workloads = [{ name: 'db', kind: 'StatefulSet' as const, replicas: 2, shutdown: '20s' }];
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster({ workloads })] });
    const [pod] = await run(kubernetes.listPods({}));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(10_000);
    expect(await run(kubernetes.listPods({}))).toHaveLength(2);
    await world.clock.advance(11_000);
    const after = await run(kubernetes.listPods({}));
    expect(after.map((entry) => entry.metadata?.name).toSorted()).toEqual(['db-0', 'db-1']);
    expect(after.map((entry) => entry.metadata?.uid)).not.toContain(pod?.metadata?.uid);
  });

  it('brings a DaemonSet pod back on the same cordoned node, and a bare pod never', async () => {
    const workloads = [
      { name: 'agent', kind: 'DaemonSet' as const, shutdown: '1s' },
      { name: 'shell', kind: 'bare' as const, shutdown: '1s' },
    ];
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster({ workloads })] });
    const name = world.nodes()[0]?.name ?? '';
    await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    const pods = await run(kubernetes.listPods({ nodeName: name }));
    for (const pod of pods) await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(5_000);
    const after = await run(kubernetes.listPods({ nodeName: name }));
    expect(after).toHaveLength(1);
    expect(after[0]?.metadata?.ownerReferences).toMatchObject([{ kind: 'DaemonSet' }]);
    expect(await run(kubernetes.listPods({}))).toHaveLength(3);
  });

  it('loops a pod that tolerates the cordon back onto the cordoned node', async () => {
    const workloads = [{ name: 'web', replicas: 1, toleratesUnschedulable: true }];
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster({ workloads })] });
    const name = world.nodes()[0]?.name ?? '';
    await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    const [pod] = await run(kubernetes.listPods({ nodeName: name }));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await world.clock.advance(10_000);
    expect(await run(kubernetes.listPods({ nodeName: name }))).toHaveLength(1);
  });
});
