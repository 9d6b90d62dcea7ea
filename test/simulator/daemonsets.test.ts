import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { DaemonSetPatch } from '../../shared/ports/kubernetes.ts';
import { InvariantBroken, watchAuthorisation } from '../../simulator/invariants.ts';
import { addonBench, awsNode, CNI } from './addon-world.ts';
import { bench, demoCluster, outcome } from './harness.ts';

const SET: DaemonSetPatch = {
  spec: { template: { spec: { containers: [{ name: CNI.name, env: [{ name: 'A', value: '1' }] }] } } },
};

describe('a DaemonSet', () => {
  test('shows who declares it, apart from the labels of its pods', async () => {
    const object = {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'aws-vpc-cni' },
      managers: ['helm'],
    };
    const { kubernetes, run } = await bench({
      clusters: [demoCluster({ workloads: [awsNode({ object })] })],
    });
    const [daemonSet] = await run(kubernetes.listDaemonSets({}));
    expect(daemonSet?.metadata).toMatchObject({
      labels: { app: 'aws-node', ...object.labels },
      annotations: object.annotations,
      managedFields: [{ manager: 'helm' }],
    });
    expect(daemonSet?.spec?.selector.matchLabels).toEqual({ app: 'aws-node' });
    const [pod] = await run(kubernetes.listPods({ namespace: CNI.namespace }));
    expect(pod?.metadata?.labels).not.toHaveProperty(['app.kubernetes.io/managed-by']);
  });

  test('counts its nodes as they come and go', async () => {
    const { kubernetes, run, world } = await bench({ clusters: [demoCluster({ workloads: [awsNode()] })] });
    const status = async () => (await run(kubernetes.listDaemonSets({})))[0]?.status;
    expect(await status()).toMatchObject({ desiredNumberScheduled: 3, numberAvailable: 3, numberReady: 3 });
    world.terminate('workers/0');
    await world.clock.advance(90 * SECOND_MS);
    expect(await status()).toMatchObject({ desiredNumberScheduled: 2, numberUnavailable: 0 });
    await world.clock.advance(10 * MINUTE_MS);
    expect(await status()).toMatchObject({ desiredNumberScheduled: 3, numberUnavailable: 0 });
  });

  test('that waits for a node that died goes on with the others once it is away', async () => {
    const { kubernetes, run, world } = await bench({ clusters: [demoCluster({ workloads: [awsNode()] })] });
    const updated = async () => (await run(kubernetes.listDaemonSets({})))[0]?.status?.updatedNumberScheduled;
    world.terminate('workers/0');
    await world.clock.advance(50 * SECOND_MS);
    await run(kubernetes.patchDaemonSet(CNI, SET));
    await world.clock.advance(20 * SECOND_MS);
    expect(await updated()).toBeLessThan(3);
    await world.clock.advance(10 * MINUTE_MS);
    expect(await updated()).toBe(3);
  });

  test('whose new template does not work stays with it on as many nodes as may be unavailable', async () => {
    const { kubernetes, run, world } = await bench({ clusters: [demoCluster({ workloads: [awsNode()] })] });
    const status = async () => (await run(kubernetes.listDaemonSets({})))[0]?.status;
    world.runtime('demo').daemonSets.breakNext('kube-system/aws-node');
    await run(kubernetes.patchDaemonSet(CNI, SET));
    await world.clock.advance(30 * MINUTE_MS);
    expect(await status()).toMatchObject({ updatedNumberScheduled: 1, numberUnavailable: 1 });
    const undo: DaemonSetPatch = {
      spec: {
        template: { spec: { containers: [{ name: CNI.name, env: [{ name: 'A', $patch: 'delete' }] }] } },
      },
    };
    await run(kubernetes.patchDaemonSet(CNI, undo));
    await world.clock.advance(5 * MINUTE_MS);
    expect(await status()).toMatchObject({ updatedNumberScheduled: 3, numberUnavailable: 0 });
    await run(kubernetes.patchDaemonSet(CNI, SET));
    await world.clock.advance(5 * MINUTE_MS);
    expect(await status()).toMatchObject({ updatedNumberScheduled: 3, numberUnavailable: 0 });
  });

  test('that is read stale is as it was', async () => {
    const fault = { kind: 'stale' as const, for: '1m' };
    const faults = [{ port: 'kubernetes' as const, method: 'listDaemonSets', fault }];
    const world = { clusters: [demoCluster({ workloads: [awsNode()] })] };
    const { world: made, kubernetes, run } = await bench(world, { faults });
    await made.clock.advance(2 * MINUTE_MS);
    await run(kubernetes.patchDaemonSet(CNI, SET));
    expect((await run(kubernetes.listDaemonSets({})))[0]?.metadata?.generation).toBe(1);
  });
});

describe('what a change is about', () => {
  const recordFor = (id: string) => ({ state: 'running', step: { targets: [{ kind: 'addon', id }] } });

  test.each([
    ['demo/vpc-cni', 'ok'],
    ['demo/coredns', 'V1'],
  ])('a record for %s covers the update of the add-on and of its DaemonSet: %s', async (id, expected) => {
    const { world, ports, run, update, setByHand } = await addonBench();
    await run(ports.table.putNew({ pk: 'a', sk: 'b', records: [recordFor(id)] }));
    const watch = watchAuthorisation(world);
    await update('{}');
    await setByHand('A', '1');
    expect(world.calls.mutations().map(({ method }) => method)).toEqual(['updateAddon', 'patchDaemonSet']);
    if (expected === 'ok') watch.assert();
    else expect(() => watch.assert()).toThrow(InvariantBroken);
  });

  test('a DaemonSet that EKS does not manage is its own UID', async () => {
    const { world, ports, kubernetes, run } = await bench({
      clusters: [demoCluster({ workloads: [awsNode()] })],
    });
    const [daemonSet] = await run(kubernetes.listDaemonSets({}));
    await run(ports.table.putNew({ pk: 'a', sk: 'b', records: [recordFor(daemonSet?.metadata?.uid ?? '')] }));
    const watch = watchAuthorisation(world);
    await run(kubernetes.patchDaemonSet(CNI, SET));
    watch.assert();
  });

  test('a change that was not declared is refused by its name and not made', async () => {
    const allowed = { aws: ['eks:DescribeCluster' as const], kubernetes: ['list apps/daemonsets' as const] };
    const world = { clusters: [demoCluster({ workloads: [awsNode()] })] };
    const { kubernetes, ports, run } = await bench(world, { allowed });
    await expect(run(kubernetes.patchDaemonSet(CNI, SET))).rejects.toThrow('patch apps/daemonsets');
    const change = { cluster: 'demo', name: 'vpc-cni', configurationValues: '{}', token: 't' };
    await expect(run(ports.eks.updateAddon(change))).rejects.toThrow('eks:UpdateAddon');
    expect((await run(kubernetes.listDaemonSets({})))[0]?.metadata?.generation).toBe(1);
    expect(await outcome(run(kubernetes.listEvents({ reason: 'X' })))).toBe('unauthorised');
  });
});
