import { expect, test } from 'vitest';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import { GRACE, podScene, type SetUpPods } from './kubernetes-pods.ts';
import {
  type Budget,
  failureOf,
  outcome,
  refOf,
  type SetStage,
  type Stage,
  until,
  type Workload,
} from './kubernetes-stage.ts';

const web = { name: 'web', replicas: 2 };
const shut = { name: 'web', selector: { app: 'web' }, maxUnavailable: 0 };

/** A cordoned node: no replacement becomes Ready and gives its budget back while a case still counts. */
async function closeNode(stage: Stage, kubernetes: Kubernetes): Promise<() => Promise<unknown>> {
  const [name = ''] = stage.nodes;
  await kubernetes.patchNode(name, { spec: { unschedulable: true } });
  await until(stage, async () => {
    const { spec } = await kubernetes.getNode(name);
    return spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/unschedulable') ?? false;
  });
  return () => kubernetes.patchNode(name, { spec: { unschedulable: null } });
}

/** What PodDisruptionBudgets mean for evictions. */
export function budgetCases(setStage: SetStage): void {
  const setUp = podScene(setStage);
  allowanceCases(setUp);
  countCases(setUp);
  unreadyCases(setUp);
}

function allowanceCases(setUp: SetUpPods): void {
  test('a budget allows as many evictions as it says, then refuses without naming a time', async () => {
    const { stage, kubernetes, pods } = await setUp({
      workloads: [{ name: 'web', replicas: 4, shutdownSeconds: 60 }],
      budgets: [{ ...shut, maxUnavailable: 2 }],
    });
    await closeNode(stage, kubernetes);
    expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('ok');
    expect(await outcome(kubernetes.evictPod(refOf(pods[1]), GRACE))).toBe('ok');
    const refusal = await failureOf(kubernetes.evictPod(refOf(pods[2]), GRACE));
    expect(refusal.kind).toBe('blocked-by-budget');
    expect(refusal.retryAfterMs).toBeUndefined();
  });

  test('a budget nobody has looked at since it changed says when to ask again', async () => {
    const { stage, kubernetes, pods } = await setUp({ workloads: [web], budgets: [shut] });
    await stage.beforeObserved('web', 1, async () => {
      const refusal = await failureOf(kubernetes.evictPod(refOf(pods[0]), GRACE));
      expect(refusal.kind).toBe('budget-not-observed');
      expect(refusal.retryAfterMs).toBe(10_000);
    });
    await until(stage, async () => (await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))) === 'ok');
  });

  test('a pod that two budgets select is evicted by neither', async () => {
    const { kubernetes, pods, find } = await setUp({
      workloads: [web],
      budgets: [
        { ...shut, maxUnavailable: 1 },
        { name: 'everything', selector: {}, maxUnavailable: 1 },
      ],
    });
    const refusal = await failureOf(kubernetes.evictPod(refOf(pods[0]), GRACE));
    expect(refusal.kind).toBe('several-budgets');
    expect(refusal.message).toContain('web');
    expect(refusal.message).toContain('everything');
    expect((await find(pods[0]))?.metadata?.deletionTimestamp).toBeUndefined();
  });

  test('a delete asks no budget', async () => {
    const { kubernetes, pods, find } = await setUp({
      workloads: [{ ...web, shutdownSeconds: 60 }],
      budgets: [shut],
    });
    expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('blocked-by-budget');
    expect(await outcome(kubernetes.deletePod(refOf(pods[0]), GRACE))).toBe('ok');
    expect((await find(pods[0]))?.metadata?.deletionGracePeriodSeconds).toBe(30);
  });

  test('a budget spends a disruption only until its pod is replaced', async () => {
    const { stage, kubernetes, pods } = await setUp({
      workloads: [web],
      budgets: [{ ...shut, maxUnavailable: 1 }],
    });
    const open = await closeNode(stage, kubernetes);
    expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('ok');
    expect(await outcome(kubernetes.evictPod(refOf(pods[1]), GRACE))).toBe('blocked-by-budget');
    await stage.pass(3_000);
    expect(await outcome(kubernetes.evictPod(refOf(pods[1]), GRACE))).toBe('blocked-by-budget');
    await open();
    await until(stage, async () => (await outcome(kubernetes.evictPod(refOf(pods[1]), GRACE))) === 'ok');
  });
}

function countCases(setUp: SetUpPods): void {
  test.each<[string, Pick<Budget, 'minAvailable' | 'maxUnavailable'>, number, number]>([
    ['minAvailable 50% of 5 pods keeps 3', { minAvailable: '50%' }, 3, 2],
    ['maxUnavailable 25% of 5 pods gives 2', { maxUnavailable: '25%' }, 3, 2],
    ['minAvailable 100% gives none', { minAvailable: '100%' }, 5, 0],
  ])('percentages round up: %s', async (_title, limits, desiredHealthy, disruptionsAllowed) => {
    const { stage, kubernetes } = await setUp({
      workloads: [{ ...web, replicas: 5 }],
      budgets: [{ name: 'web', selector: { app: 'web' }, ...limits }],
    });
    const budgets = await kubernetes.listPodDisruptionBudgets();
    const own = budgets.find(({ metadata }) => metadata?.namespace === stage.namespace);
    const counts = { currentHealthy: 5, expectedPods: 5, desiredHealthy, disruptionsAllowed };
    expect(own?.status).toMatchObject(counts);
  });

  test('pods without a controller are counted by minAvailable and not by maxUnavailable', async () => {
    const lone = { kind: 'bare' as const, replicas: 2, shutdownSeconds: 60 };
    const { kubernetes, pods } = await setUp({
      workloads: [
        { ...lone, name: 'one' },
        { ...lone, name: 'other' },
      ],
      budgets: [
        { name: 'one', selector: { app: 'one' }, minAvailable: 1 },
        { name: 'other', selector: { app: 'other' }, maxUnavailable: 1 },
      ],
    });
    const of = (app: string) => refOf(pods.find(({ metadata }) => metadata?.labels?.['app'] === app));
    expect(await outcome(kubernetes.evictPod(of('one'), GRACE))).toBe('ok');
    expect(await outcome(kubernetes.evictPod(of('other'), GRACE))).toBe('blocked-by-budget');
  });

  test.each<[string, Workload]>([
    ['DaemonSet', { name: 'web', kind: 'DaemonSet' }],
    ['Job', { name: 'web', kind: 'Job', replicas: 2 }],
  ])(
    'a budget in parts of a %s cannot be counted: it allows nothing, and a change is never observed',
    async (_title, workload) => {
      const { stage, kubernetes, pods } = await setUp({
        nodes: 2,
        workloads: [workload],
        budgets: [{ ...shut, maxUnavailable: 1 }],
      });
      expect(pods).toHaveLength(2);
      expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('blocked-by-budget');
      await stage.beforeObserved('web', 2, async () => {});
      await stage.pass(3_000);
      expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('budget-not-observed');
      const budgets = await kubernetes.listPodDisruptionBudgets();
      const own = budgets.find(({ metadata }) => metadata?.namespace === stage.namespace);
      expect(own?.status?.disruptionsAllowed).toBe(0);
      expect(own?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed' }),
      );
    },
  );

  test('a budget of so many pods counts those of a DaemonSet', async () => {
    const { kubernetes, pods } = await setUp({
      nodes: 2,
      workloads: [{ name: 'web', kind: 'DaemonSet', shutdownSeconds: 60 }],
      budgets: [{ name: 'web', selector: { app: 'web' }, minAvailable: 1 }],
    });
    expect(await outcome(kubernetes.evictPod(refOf(pods[0]), GRACE))).toBe('ok');
    expect(await outcome(kubernetes.evictPod(refOf(pods[1]), GRACE))).toBe('blocked-by-budget');
  });
}

function unreadyCases(setUp: SetUpPods): void {
  test.each<[string, number, string]>([
    ['goes while enough others are healthy', 3, 'ok'],
    ['stays when too few are', 4, 'blocked-by-budget'],
  ])('a pod that is not Ready %s', async (_title, minAvailable, expected) => {
    const { kubernetes, pods } = await setUp({
      workloads: [
        { name: 'web', replicas: 3, labels: { app: 'web', tier: 'a' } },
        { name: 'sick', labels: { app: 'sick', tier: 'a' }, unready: true },
      ],
      budgets: [{ name: 'tier', selector: { tier: 'a' }, minAvailable }],
    });
    const sick = pods.find(({ metadata }) => metadata?.labels?.['app'] === 'sick');
    expect(await outcome(kubernetes.evictPod(refOf(sick), GRACE))).toBe(expected);
  });
}
