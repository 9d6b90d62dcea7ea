import { describe, expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../shared/ports/kubernetes.ts';
import { bench, type ClusterInput, demoCluster, refOf } from './harness.ts';

type BudgetInput = NonNullable<ClusterInput['budgets']>[number];

async function statusOf(
  limits: Partial<BudgetInput>,
  replicas: number,
  unready = 0,
): Promise<PodDisruptionBudget['status']> {
  const workloads = [{ name: 'web', replicas, unready }];
  const budgets = [{ name: 'web', selector: { app: 'web' }, ...limits }];
  const { kubernetes, run } = await bench({ clusters: [demoCluster({ workloads, budgets })] });
  const [budget] = await run(kubernetes.listPodDisruptionBudgets());
  return budget?.status;
}

describe('budget status', () => {
  it('counts minAvailable as a number of pods', async () => {
    expect(await statusOf({ minAvailable: 4 }, 6)).toEqual({
      currentHealthy: 6,
      desiredHealthy: 4,
      disruptionsAllowed: 2,
      expectedPods: 6,
      observedGeneration: 1,
    });
  });

  it.each([
    ['minAvailable rounds up', { minAvailable: '50%' }, 7, 4, 3],
    ['maxUnavailable rounds up', { maxUnavailable: '25%' }, 6, 4, 2],
    ['maxUnavailable 0 allows nothing', { maxUnavailable: 0 }, 6, 6, 0],
    ['maxUnavailable 100% asks for nothing', { maxUnavailable: '100%' }, 6, 0, 6],
  ])('reads percentages: %s', async (_title, limits, replicas, desiredHealthy, disruptionsAllowed) => {
    expect(await statusOf(limits, replicas)).toMatchObject({ desiredHealthy, disruptionsAllowed });
  });

  it('counts only Ready pods as healthy', async () => {
    expect(await statusOf({ minAvailable: 4 }, 6, 3)).toMatchObject({
      currentHealthy: 3,
      disruptionsAllowed: 0,
    });
  });

  it('follows the pods: taken at once by an eviction, given back when the replacement is Ready', async () => {
    const workloads = [{ name: 'web', replicas: 3, ready: '10s' }];
    const budgets = [{ name: 'web', selector: { app: 'web' }, maxUnavailable: 1 }];
    const { kubernetes, run, world } = await bench({ clusters: [demoCluster({ workloads, budgets })] });
    const allowed = async () =>
      (await run(kubernetes.listPodDisruptionBudgets()))[0]?.status?.disruptionsAllowed;
    const [pod] = await run(kubernetes.listPods({ namespace: 'default' }));
    expect(await allowed()).toBe(1);
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    expect(await allowed()).toBe(0);
    await world.clock.advance(5_000);
    expect(await allowed()).toBe(0);
    await world.clock.advance(10_000);
    expect(await allowed()).toBe(1);
  });
});
