import { expect, test } from 'vitest';
import { GRACE, podScene, type SetUpPods } from './kubernetes-pods.ts';
import { outcome, refOf, type SetStage, STRANGER, until } from './kubernetes-stage.ts';

const web = { name: 'web', replicas: 2 };
const shut = { name: 'web', selector: { app: 'web' }, maxUnavailable: 0 };

export function evictionCases(setStage: SetStage): void {
  const setUp = podScene(setStage);
  acceptedCases(setUp);
  preconditionCases(setUp);
}

function acceptedCases(setUp: SetUpPods): void {
  test('an evicted pod stays, marked, until its kubelet is done', async () => {
    const { stage, kubernetes, pods, find, isGone } = await setUp({
      workloads: [{ name: 'web', shutdownSeconds: 4 }],
    });
    await kubernetes.evictPod(refOf(pods[0]), GRACE);
    const marked = await find(pods[0]);
    expect(marked?.metadata?.deletionTimestamp).toBeDefined();
    expect(marked?.metadata?.deletionGracePeriodSeconds).toBe(30);
    expect(marked?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }),
    );
    await stage.pass(1_000);
    expect(await isGone(pods[0])).toBe(false);
    await until(stage, () => isGone(pods[0]));
  });

  test('a pod that is going already may be evicted again, with a shorter grace', async () => {
    const { stage, kubernetes, pods, find, isGone } = await setUp({
      workloads: [{ name: 'web', shutdownSeconds: 300 }],
    });
    await kubernetes.evictPod(refOf(pods[0]), { graceSeconds: 200 });
    await kubernetes.evictPod(refOf(pods[0]), { graceSeconds: 250 });
    expect((await find(pods[0]))?.metadata?.deletionGracePeriodSeconds).toBe(200);
    await kubernetes.deletePod(refOf(pods[0]), { graceSeconds: 2 });
    expect((await find(pods[0]))?.metadata?.deletionGracePeriodSeconds).toBe(2);
    await until(stage, () => isGone(pods[0]), 15);
  });

  test('a pod that ran to its end goes at once', async () => {
    const { kubernetes, pods, isGone } = await setUp({
      workloads: [{ name: 'done', kind: 'bare', completed: true, shutdownSeconds: 300 }],
      budgets: [{ ...shut, selector: {} }],
    });
    await kubernetes.evictPod(refOf(pods[0]), GRACE);
    expect(await isGone(pods[0])).toBe(true);
  });

  test('a pod that no node took goes at once, whatever its budget says', async () => {
    const { kubernetes, pods, isGone } = await setUp({
      nodes: 0,
      workloads: [{ name: 'web', shutdownSeconds: 300 }],
      budgets: [shut],
    });
    await kubernetes.evictPod(refOf(pods[0]), GRACE);
    expect(await isGone(pods[0])).toBe(true);
  });

  test('without a grace a pod goes at once, kubelet or not', async () => {
    const { stage, kubernetes, pods, isGone } = await setUp({
      workloads: [{ name: 'web', shutdownSeconds: 300 }],
    });
    await stage.silence(stage.nodes[0] ?? '');
    await kubernetes.evictPod(refOf(pods[0]), GRACE);
    await stage.pass(1_000);
    expect(await isGone(pods[0])).toBe(false);
    await kubernetes.deletePod(refOf(pods[0]), { graceSeconds: 0 });
    expect(await isGone(pods[0])).toBe(true);
  });

  test('a StatefulSet replaces its pod under the same name, with another UID', async () => {
    const { stage, kubernetes, pods, list } = await setUp({
      workloads: [{ name: 'db', kind: 'StatefulSet' }],
    });
    await kubernetes.evictPod(refOf(pods[0]), GRACE);
    await until(stage, async () =>
      (await list()).some(
        ({ metadata }) => metadata?.name === 'db-0' && metadata.uid !== pods[0]?.metadata?.uid,
      ),
    );
  });
}

function preconditionCases(setUp: SetUpPods): void {
  test('an eviction or delete of another pod by the same name is a conflict', async () => {
    const { kubernetes, pods, find } = await setUp({ workloads: [web] });
    const stranger = { ...refOf(pods[0]), uid: STRANGER };
    expect(await outcome(kubernetes.evictPod(stranger, GRACE))).toBe('conflict');
    expect(await outcome(kubernetes.deletePod(stranger, GRACE))).toBe('conflict');
    expect((await find(pods[0]))?.metadata?.deletionTimestamp).toBeUndefined();
  });

  test('a budget is asked before the UID is looked at', async () => {
    const { kubernetes, pods } = await setUp({ workloads: [web], budgets: [shut] });
    const stranger = { ...refOf(pods[0]), uid: STRANGER };
    expect(await outcome(kubernetes.evictPod(stranger, GRACE))).toBe('blocked-by-budget');
    expect(await outcome(kubernetes.deletePod(stranger, GRACE))).toBe('conflict');
  });

  test('an eviction of another pod by the name of one that is starting is tried again for ten seconds', async () => {
    const { stage, kubernetes, pods } = await setUp({ nodes: 0, workloads: [web] });
    const before = stage.now();
    const refusal = await outcome(kubernetes.evictPod({ ...refOf(pods[0]), uid: STRANGER }, GRACE));
    // Our client waits about as long as the API server tries: which of the two gives up first is chance.
    expect(['conflict', 'unreachable']).toContain(refusal);
    expect(stage.now() - before).toBeGreaterThan(9_000);
  });

  test('an eviction or delete of a pod that is gone is not-found', async () => {
    const { kubernetes, stage } = await setUp({});
    const missing = { namespace: stage.namespace, name: 'nobody', uid: STRANGER };
    expect(await outcome(kubernetes.evictPod(missing, GRACE))).toBe('not-found');
    expect(await outcome(kubernetes.deletePod(missing, GRACE))).toBe('not-found');
  });
}
