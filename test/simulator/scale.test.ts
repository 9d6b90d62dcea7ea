import { describe, expect, it } from 'vitest';
import { bench, DEMO } from './harness.ts';

describe('a large fleet', () => {
  it('holds 1,000 nodes and 30,000 pods, and replaces what a zone-sized loss takes', async () => {
    const groups = [{ name: 'workers', kind: 'self-managed' as const, count: 1_000, podsPerNode: 60 }];
    const workloads = Array.from({ length: 29 }, (_, index) => ({ name: `app-${index}`, replicas: 1_000 }));
    const agents = { name: 'agent', kind: 'DaemonSet' as const };
    const budgets = workloads.map(({ name }) => ({ name, selector: { app: name }, maxUnavailable: '10%' }));
    const cluster = { name: DEMO.name, groups, workloads: [...workloads, agents], budgets };
    const { world, kubernetes, run } = await bench({ clusters: [cluster] });
    expect(await run(kubernetes.listPods({}))).toHaveLength(30_000);
    for (let index = 0; index < 30; index++) world.interrupt(`workers/${index}`);
    await world.clock.advance(600_000);
    const pods = await run(kubernetes.listPods({}));
    expect(pods).toHaveLength(30_000);
    expect(pods.every((pod) => pod.status?.phase === 'Running')).toBe(true);
    const [budget] = await run(kubernetes.listPodDisruptionBudgets());
    expect(budget?.status).toMatchObject({ currentHealthy: 1_000, disruptionsAllowed: 100 });
  }, 60_000);
});
