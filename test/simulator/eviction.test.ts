import { describe, expect, it } from 'vitest';
import { bench, demoCluster, outcome, refOf } from './harness.ts';

const web = { name: 'web', replicas: 4, shutdown: '5s', ready: '10s' };
const budget = { name: 'web', selector: { app: 'web' } };

async function setUp(parts: Parameters<typeof demoCluster>[0]) {
  const made = await bench({ clusters: [demoCluster(parts)] });
  const list = () => made.run(made.kubernetes.listPods({ namespace: 'default' }));
  const evict = (pod: Parameters<typeof refOf>[0], graceSeconds = 30) =>
    made.run(made.kubernetes.evictPod(refOf(pod), { graceSeconds }));
  return { ...made, list, evict, pods: await list() };
}

describe('eviction', () => {
  it('leaves an accepted pod in place, marked, until its kubelet is done', async () => {
    const { world, evict, list, pods } = await setUp({ workloads: [web] });
    await evict(pods[0]);
    const marked = (await list()).find((pod) => pod.metadata?.uid === pods[0]?.metadata?.uid);
    expect(marked?.metadata?.deletionGracePeriodSeconds).toBe(30);
    expect(marked?.metadata?.deletionTimestamp).toBeDefined();
    expect(marked?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
    );
    await world.clock.advance(5_000);
    const uids = (await list()).map((pod) => pod.metadata?.uid);
    expect(uids).not.toContain(pods[0]?.metadata?.uid);
    expect(world.endings()).toMatchObject([{ how: 'graceful' }]);
  });

  it('kills a pod whose grace is shorter than its shutdown', async () => {
    const { world, evict, pods } = await setUp({ workloads: [web] });
    const before = world.clock.now();
    await evict(pods[0], 2);
    await world.clock.runUntil(() => world.endings().length > 0);
    expect(world.endings()).toMatchObject([{ how: 'killed' }]);
    expect(world.clock.now() - before).toBeLessThan(2_010);
  });

  it('lets a later, shorter grace win and a longer one not', async () => {
    const { world, run, kubernetes, evict, pods } = await setUp({ workloads: [{ ...web, shutdown: '60s' }] });
    await evict(pods[0], 40);
    await evict(pods[0], 100);
    await world.clock.advance(10_000);
    await run(kubernetes.deletePod(refOf(pods[0]), { graceSeconds: 5 }));
    await world.clock.advance(5_000);
    expect(world.endings()).toMatchObject([{ how: 'killed' }]);
  });

  it('refuses beyond the budget and names it with its counts', async () => {
    const { evict, pods } = await setUp({ workloads: [web], budgets: [{ ...budget, maxUnavailable: 2 }] });
    await evict(pods[0]);
    await evict(pods[1]);
    await expect(evict(pods[2])).rejects.toMatchObject({
      kind: 'blocked-by-budget',
      message: 'the disruption budget web needs 2 healthy pods and has 4 currently',
      retryAfterMs: undefined,
    });
  });

  it('asks to wait while a changed budget has not been observed', async () => {
    const { world, evict, pods } = await setUp({
      workloads: [web],
      budgets: [{ ...budget, maxUnavailable: 1 }],
    });
    world.runtime('demo').budgets.change('default/web', { maxUnavailable: 2 });
    await expect(evict(pods[0])).rejects.toMatchObject({ kind: 'budget-not-observed', retryAfterMs: 10_000 });
    await world.clock.advance(100);
    expect(await outcome(evict(pods[0]))).toBe('ok');
  });

  it('refuses a pod that two budgets select, and names both', async () => {
    const budgets = [
      { ...budget, maxUnavailable: 1 },
      { name: 'everything', selector: {}, maxUnavailable: 1 },
    ];
    const { evict, pods } = await setUp({ workloads: [web], budgets });
    await expect(evict(pods[0])).rejects.toMatchObject({
      kind: 'several-budgets',
      message: expect.stringContaining('web, everything'),
    });
  });

  it('tells another pod of the same name from the one meant', async () => {
    const { evict, pods } = await setUp({ workloads: [{ ...web, kind: 'StatefulSet' }] });
    const stranger = { ...pods[0], metadata: { ...pods[0]?.metadata, uid: 'another' } };
    expect(await outcome(evict(stranger))).toBe('conflict');
    const missing = { ...pods[0], metadata: { ...pods[0]?.metadata, name: 'web-99' } };
    expect(await outcome(evict(missing))).toBe('not-found');
  });

  it('asks no budget about pods that have ended or never started', async () => {
    const budgets = [{ ...budget, maxUnavailable: 0 }];
    const ended = await setUp({ workloads: [{ ...web, kind: 'Job', completed: true }], budgets });
    expect(await outcome(ended.evict(ended.pods[0]))).toBe('ok');
    expect(await ended.list()).toHaveLength(3);
    const none = { name: 'none', count: 0 };
    const pending = await setUp({ groups: [none], workloads: [web], budgets });
    expect(await outcome(pending.evict(pending.pods[0]))).toBe('ok');
  });

  it.each([
    ['enough healthy pods', { minAvailable: 3 }, 'ok'],
    ['too few healthy pods', { minAvailable: 4 }, 'blocked-by-budget'],
    [
      'too few, but AlwaysAllow',
      { minAvailable: 4, unhealthyPodEvictionPolicy: 'AlwaysAllow' as const },
      'ok',
    ],
  ])('treats an unready pod by the unhealthy policy: %s', async (_title, limits, expected) => {
    const workloads = [{ ...web, unready: 1 }];
    const { evict, pods } = await setUp({ workloads, budgets: [{ ...budget, ...limits }] });
    const unready = pods.find((pod) =>
      pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'False'),
    );
    expect(await outcome(evict(unready))).toBe(expected);
  });

  it('does not ask budgets for a plain delete', async () => {
    const budgets = [{ ...budget, maxUnavailable: 0 }];
    const { run, kubernetes, list, pods } = await setUp({ workloads: [{ ...web, kind: 'bare' }], budgets });
    await run(kubernetes.deletePod(refOf(pods[0]), { graceSeconds: 0 }));
    expect(await list()).toHaveLength(3);
  });
});
