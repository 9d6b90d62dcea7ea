import { describe, expect, it } from 'vitest';
import { bench, demoCluster, outcome } from './harness.ts';

describe('nodes in the API', () => {
  it('merges a patch, removes what is null and bumps the version only for a change', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    const name = world.nodes()[0]?.name ?? '';
    const before = await run(kubernetes.getNode(name));
    const annotations = { 'paramedic/owner': 'x' };
    const patched = await run(
      kubernetes.patchNode(name, { metadata: { annotations }, spec: { unschedulable: true } }),
    );
    expect(patched.metadata?.annotations).toEqual(annotations);
    expect(patched.spec?.taints).toEqual([{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]);
    expect(patched.metadata?.resourceVersion).not.toBe(before.metadata?.resourceVersion);
    const same = await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    expect(same.metadata?.resourceVersion).toBe(patched.metadata?.resourceVersion);
    const removed = { metadata: { annotations: { 'paramedic/owner': null } }, spec: { unschedulable: null } };
    const back = await run(kubernetes.patchNode(name, removed));
    expect(back.metadata?.annotations).toEqual({});
    expect(back.spec).toEqual(before.spec);
  });

  it('refuses a patch on an old resourceVersion', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    const name = world.nodes()[0]?.name ?? '';
    const { metadata } = await run(kubernetes.getNode(name));
    const resourceVersion = metadata?.resourceVersion ?? '';
    const cordon = { metadata: { resourceVersion }, spec: { unschedulable: true } };
    expect(await outcome(run(kubernetes.patchNode(name, cordon)))).toBe('ok');
    const undo = { metadata: { resourceVersion }, spec: { unschedulable: null } };
    expect(await outcome(run(kubernetes.patchNode(name, undo)))).toBe('conflict');
  });

  it('hands out copies: what a caller does to an answer stays with the caller', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    const name = world.nodes()[0]?.name ?? '';
    const node = await run(kubernetes.getNode(name));
    if (node.metadata?.labels !== undefined) node.metadata.labels['mine'] = 'yes';
    expect((await run(kubernetes.getNode(name))).metadata?.labels).not.toHaveProperty('mine');
  });

  it('filters by label selectors as the API server reads them', async () => {
    const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
    const group = { name: 'workers', kind: 'managed' as const, count: 3, zones, labels: { team: 'blue' } };
    const { kubernetes, run } = await bench({ clusters: [demoCluster({ groups: [group] })] });
    const count = async (labelSelector: string) =>
      (await run(kubernetes.listNodes({ labelSelector }))).length;
    expect(await count('topology.kubernetes.io/zone in (eu-west-1a, eu-west-1b),team=blue')).toBe(2);
    expect(await count('topology.kubernetes.io/zone!=eu-west-1a')).toBe(2);
    expect(await count('eks.amazonaws.com/nodegroup')).toBe(3);
    expect(await count('!team')).toBe(0);
    expect(await outcome(run(kubernetes.listNodes({ labelSelector: '((' })))).toBe('invalid');
  });

  it('deletes a node only under its UID', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    const name = world.nodes()[0]?.name ?? '';
    expect(await outcome(run(kubernetes.deleteNode(name, { uid: 'another' })))).toBe('conflict');
    const { metadata } = await run(kubernetes.getNode(name));
    await run(kubernetes.deleteNode(name, { uid: metadata?.uid ?? '' }));
    expect(await outcome(run(kubernetes.getNode(name)))).toBe('not-found');
    expect(world.nodes()[0]).toMatchObject({ state: 'running', node: 'absent' });
  });

  it('knows only its own clusters', async () => {
    const { ports, run } = await bench({ clusters: [demoCluster()] });
    const foreign = { name: 'demo', account: '000000000000', region: 'eu-west-1' };
    expect(await outcome(run(ports.kubernetes.connect(foreign)))).toBe('not-found');
    expect(await outcome(run(ports.eks.describeCluster('other')))).toBe('not-found');
  });
});
