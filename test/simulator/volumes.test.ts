import { describe, expect, it } from 'vitest';
import type { Taint } from '../../shared/ports/kubernetes.ts';
import type { ClusterInput } from './harness.ts';
import { bench, demoCluster, refOf } from './harness.ts';

const MINUTE = 60_000;
const OUT_OF_SERVICE = {
  key: 'node.kubernetes.io/out-of-service',
  value: 'nodeshutdown',
  effect: 'NoExecute',
};
const db = {
  name: 'db',
  kind: 'StatefulSet' as const,
  replicas: 1,
  volume: true,
  shutdown: '5s',
  ready: '5s',
};

/** The pod `db-0` stands on the first node. Its group leaves lost instances alone. */
async function setUp(cluster: Partial<ClusterInput> = {}) {
  const workers = { name: 'workers', kind: 'self-managed' as const, count: 2, replaceUnhealthy: false };
  const made = await bench({ clusters: [demoCluster({ groups: [workers], workloads: [db], ...cluster })] });
  const { world, run, kubernetes } = made;
  const [first, second] = world.nodes().map((node) => node.name);
  const pod = async () =>
    (await run(kubernetes.listPods({ namespace: 'default' }))).find(
      (entry) => entry.metadata?.name === 'db-0',
    );
  const places = async () => {
    const attachments = await run(kubernetes.listVolumeAttachments());
    return attachments.map(({ spec, status }) => [spec.nodeName, status?.attached]);
  };
  const taint = async (...taints: Taint[]) => {
    const node = await run(kubernetes.getNode(first ?? ''));
    const resourceVersion = node.metadata?.resourceVersion ?? '';
    const all = [...(node.spec?.taints ?? []), ...taints];
    await run(kubernetes.patchNode(first ?? '', { metadata: { resourceVersion }, spec: { taints: all } }));
  };
  const forceDelete = async () => run(kubernetes.deletePod(refOf(await pod()), { graceSeconds: 0 }));
  return { ...made, first: first ?? '', second: second ?? '', pod, places, taint, forceDelete };
}

describe('a volume', () => {
  it('is attached where its pod runs', async () => {
    const { kubernetes, run, first } = await setUp();
    expect(await run(kubernetes.listVolumeAttachments())).toMatchObject([
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        spec: {
          attacher: 'ebs.csi.aws.com',
          nodeName: first,
          source: { persistentVolumeName: expect.stringMatching(/^pvc-/) },
        },
        status: { attached: true },
      },
    ]);
  });

  it('follows a StatefulSet pod to a new node at once when the old node is Ready', async () => {
    const { world, kubernetes, run, first, second, pod, places } = await setUp();
    const [before] = await run(kubernetes.listVolumeAttachments());
    await run(kubernetes.patchNode(first, { spec: { unschedulable: true } }));
    await run(kubernetes.evictPod(refOf(await pod()), { graceSeconds: 30 }));
    await world.clock.advance(5_500);
    expect(await places()).toEqual([[first, true]]);
    await world.clock.advance(20_000);
    expect(await places()).toEqual([[second, true]]);
    const [after] = await run(kubernetes.listVolumeAttachments());
    expect(after?.spec.source).toEqual(before?.spec.source);
    expect((await pod())?.status?.phase).toBe('Running');
  });

  it('of a dead node keeps the new pod waiting for six minutes after the old one was removed', async () => {
    const { world, pod, places, first, second, forceDelete } = await setUp();
    world.stop(first);
    await world.clock.advance(MINUTE);
    await forceDelete();
    await world.clock.advance(5 * MINUTE + 50_000);
    expect(await places()).toEqual([[first, true]]);
    expect(await pod()).toMatchObject({ spec: { nodeName: second }, status: { phase: 'Pending' } });
    await world.clock.advance(30_000);
    expect(await places()).toEqual([[second, true]]);
    expect((await pod())?.status?.phase).toBe('Running');
  });

  it('is freed as soon as the dead node comes back', async () => {
    const { world, places, first, second, forceDelete } = await setUp();
    world.stop(first);
    await world.clock.advance(MINUTE);
    await forceDelete();
    world.start(first);
    await world.clock.advance(90_000);
    expect(await places()).toEqual([[second, true]]);
  });

  it('of a deleted Node is free at once if EC2 has terminated the instance, else after six minutes', async () => {
    const waits: number[] = [];
    for (const act of ['terminate', 'stop'] as const) {
      const { world, kubernetes, run, first, second, places } = await setUp({ cloudController: false });
      world[act](first);
      await world.clock.advance(MINUTE);
      const node = await run(kubernetes.getNode(first));
      const before = world.clock.now();
      await run(kubernetes.deleteNode(first, { uid: node.metadata?.uid ?? '' }));
      while ((await places())[0]?.[0] !== second) await world.clock.advance(1_000);
      waits.push(Math.round((world.clock.now() - before) / MINUTE));
    }
    expect(waits).toEqual([0, 6]);
  });
});

describe('the out-of-service taint', () => {
  it('on a dead node removes its pods and frees their volumes at once', async () => {
    const { world, pod, places, taint, first, second } = await setUp();
    world.stop(first);
    await world.clock.advance(MINUTE);
    await taint(OUT_OF_SERVICE);
    await world.clock.advance(1_500);
    expect(world.endings()).toMatchObject([{ pod: 'default/db-0', how: 'cut-off' }]);
    await world.clock.advance(15_000);
    expect(await places()).toEqual([[second, true]]);
    expect(await pod()).toMatchObject({ spec: { nodeName: second }, status: { phase: 'Running' } });
  });

  it('finishes pods that were being deleted already', async () => {
    const { world, taint, first } = await setUp();
    world.stop(first);
    await world.clock.advance(10 * MINUTE);
    expect(world.endings()).toEqual([]);
    await taint(OUT_OF_SERVICE);
    await world.clock.advance(1_500);
    expect(world.endings()).toHaveLength(1);
  });

  it('removes DaemonSet pods as well, and none comes back there', async () => {
    const agent = { name: 'agent', kind: 'DaemonSet' as const };
    const { world, kubernetes, run, taint, first } = await setUp({ workloads: [agent] });
    world.stop(first);
    await world.clock.advance(MINUTE);
    expect(await run(kubernetes.listPods({ nodeName: first }))).toHaveLength(1);
    await taint(OUT_OF_SERVICE);
    await world.clock.advance(10_000);
    expect(await run(kubernetes.listPods({ nodeName: first }))).toEqual([]);
  });

  it('on a Ready node evicts every pod past its budget, with its grace', async () => {
    const budgets = [{ name: 'db', selector: { app: 'db' }, maxUnavailable: 0 }];
    const { world, kubernetes, run, places, taint, first, second } = await setUp({ budgets });
    await taint(OUT_OF_SERVICE);
    const [leaving] = await run(kubernetes.listPods({ nodeName: first }));
    expect(leaving?.metadata?.deletionGracePeriodSeconds).toBe(30);
    await world.clock.advance(5_500);
    expect(world.endings()).toMatchObject([{ node: first, how: 'graceful' }]);
    await world.clock.advance(10_000);
    expect(await places()).toEqual([[second, true]]);
  });

  it('keeps new pods away while it stands', async () => {
    const web = { name: 'web', replicas: 2, group: 'workers' };
    const { world, kubernetes, run, taint, first } = await setUp({ workloads: [web] });
    await taint(OUT_OF_SERVICE);
    await world.clock.advance(30_000);
    expect(await run(kubernetes.listPods({ nodeName: first }))).toEqual([]);
    const { metadata } = await run(kubernetes.getNode(first));
    const resourceVersion = metadata?.resourceVersion ?? '';
    await run(kubernetes.patchNode(first, { metadata: { resourceVersion }, spec: { taints: null } }));
    const pods = await run(kubernetes.listPods({}));
    for (const pod of pods) await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 1 }));
    await world.clock.advance(30_000);
    expect((await run(kubernetes.listPods({ nodeName: first }))).length).toBeGreaterThan(0);
  });
});
