import { expect, test } from 'vitest';
import type { Kubernetes, Node, Taint } from '../../shared/ports/kubernetes.ts';
import {
  failureOf,
  outcome,
  REMEDIATE,
  refOf,
  type SetStage,
  type Setting,
  STRANGER,
  until,
} from './kubernetes-stage.ts';

const CORDON = 'node.kubernetes.io/unschedulable';
const MINE: Taint = { key: 'example.com/mine', value: 'a', effect: 'PreferNoSchedule' };
const OTHER: Taint = { key: 'example.com/other', value: 'b', effect: 'PreferNoSchedule' };
const OUT_OF_SERVICE: Taint = {
  key: 'node.kubernetes.io/out-of-service',
  value: 'nodeshutdown',
  effect: 'NoExecute',
};

export function nodeCases(setStage: SetStage): void {
  const setUp = async (setting: Setting = {}) => {
    const stage = await setStage(setting);
    const kubernetes = await stage.as(REMEDIATE['node-interruption']);
    const name = stage.nodes[0] ?? '';
    const get = () => kubernetes.getNode(name);
    return { stage, kubernetes, name, get };
  };
  patchCases(setUp);
  deleteCases(setUp);
  serviceCases(setUp);
  roleCases(setStage);
}

type SetUp = (setting?: Setting) => Promise<{
  stage: Awaited<ReturnType<SetStage>>;
  kubernetes: Kubernetes;
  name: string;
  get(): Promise<Node>;
}>;

function keysOf(node: Node): string[] {
  return (node.spec?.taints ?? []).map(({ key }) => key);
}

function versionOf(node: Node): { resourceVersion: string } {
  return { resourceVersion: node.metadata?.resourceVersion ?? '' };
}

function patchCases(setUp: SetUp): void {
  test('a cordon adds the unschedulable taint, and its end removes it', async () => {
    const { stage, kubernetes, name, get } = await setUp();
    await kubernetes.patchNode(name, { spec: { unschedulable: true } });
    await until(stage, async () => keysOf(await get()).includes(CORDON));
    expect((await get()).spec?.unschedulable).toBe(true);
    await kubernetes.patchNode(name, { spec: { unschedulable: null } });
    await until(stage, async () => !keysOf(await get()).includes(CORDON));
    expect((await get()).spec?.unschedulable ?? false).toBe(false);
  });

  test('taints are replaced as a whole, at the version they were computed from', async () => {
    const { kubernetes, name, get } = await setUp();
    const before = await get();
    const first = await kubernetes.patchNode(name, { metadata: versionOf(before), spec: { taints: [MINE] } });
    expect(first.spec?.taints).toEqual([MINE]);
    await kubernetes.patchNode(name, { metadata: versionOf(first), spec: { taints: [OTHER] } });
    expect((await get()).spec?.taints).toEqual([OTHER]);
    await kubernetes.patchNode(name, { metadata: versionOf(await get()), spec: { taints: null } });
    expect((await get()).spec?.taints ?? []).toEqual([]);
  });

  test('a patch from an old version is a conflict and changes nothing', async () => {
    const { kubernetes, name, get } = await setUp();
    const before = await get();
    await kubernetes.patchNode(name, { metadata: { annotations: { 'example.com/note': 'a' } } });
    const late = { metadata: versionOf(before), spec: { taints: [MINE] } };
    expect(await outcome(kubernetes.patchNode(name, late))).toBe('conflict');
    expect((await get()).spec?.taints ?? []).toEqual([]);
  });

  test('labels and annotations are merged, and null removes one', async () => {
    const { kubernetes, name, get } = await setUp();
    const note = { 'example.com/a': '1', 'example.com/b': '2' };
    await kubernetes.patchNode(name, { metadata: { annotations: note, labels: note } });
    await kubernetes.patchNode(name, { metadata: { annotations: { 'example.com/a': null } } });
    const { metadata } = await get();
    expect(metadata?.annotations).toMatchObject({ 'example.com/b': '2' });
    expect(metadata?.annotations).not.toHaveProperty(['example.com/a']);
    expect(metadata?.labels).toMatchObject(note);
  });

  test('a patch that changes nothing keeps the version', async () => {
    const { stage, kubernetes, name, get } = await setUp();
    const cordon = { spec: { unschedulable: true } };
    await kubernetes.patchNode(name, cordon);
    await until(stage, async () => keysOf(await get()).includes(CORDON));
    const before = await get();
    const again = await kubernetes.patchNode(name, { ...cordon, metadata: versionOf(before) });
    expect(versionOf(again)).toEqual(versionOf(before));
  });
}

function deleteCases(setUp: SetUp): void {
  test('a Node is deleted only by its own UID', async () => {
    const { kubernetes, name, get } = await setUp();
    const { metadata } = await get();
    expect(await outcome(kubernetes.deleteNode(name, { uid: STRANGER }))).toBe('conflict');
    expect(await outcome(get())).toBe('ok');
    await kubernetes.deleteNode(name, { uid: metadata?.uid ?? '' });
    expect(await outcome(get())).toBe('not-found');
  });

  test('the pods of a deleted Node are removed after it', async () => {
    const { stage, kubernetes, name, get } = await setUp({ workloads: [{ name: 'web', kind: 'bare' }] });
    const { metadata } = await get();
    await kubernetes.deleteNode(name, { uid: metadata?.uid ?? '' });
    await until(stage, async () => (await kubernetes.listPods({ nodeName: name })).length === 0, 100);
  });

  test('a Node that is not there is not-found, whatever is asked of it', async () => {
    const { kubernetes } = await setUp();
    expect(await outcome(kubernetes.getNode('nobody'))).toBe('not-found');
    expect(await outcome(kubernetes.patchNode('nobody', { spec: { unschedulable: true } }))).toBe(
      'not-found',
    );
    expect(await outcome(kubernetes.deleteNode('nobody', { uid: STRANGER }))).toBe('not-found');
  });
}

function serviceCases(setUp: SetUp): void {
  test('a node that does not answer is Unknown, tainted, and its pods are not Ready', async () => {
    const { stage, kubernetes, name, get } = await setUp({ workloads: [{ name: 'web' }] });
    await stage.silence(name);
    const node = await get();
    expect(node.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }),
    );
    await until(stage, async () => keysOf(await get()).includes('node.kubernetes.io/unreachable'));
    await until(stage, async () => {
      const [pod] = await kubernetes.listPods({ nodeName: name });
      return pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'False';
    });
  });

  test('the out-of-service taint on a Ready node asks no budget and keeps the grace', async () => {
    const { stage, kubernetes, name, get } = await setUp({
      workloads: [{ name: 'web', kind: 'bare', shutdownSeconds: 60 }],
      budgets: [{ name: 'web', selector: { app: 'web' }, minAvailable: 1 }],
    });
    await kubernetes.patchNode(name, {
      metadata: versionOf(await get()),
      spec: { taints: [OUT_OF_SERVICE] },
    });
    const pod = async () => (await kubernetes.listPods({ nodeName: name }))[0];
    await until(stage, async () => (await pod())?.metadata?.deletionTimestamp !== undefined);
    expect((await pod())?.metadata?.deletionGracePeriodSeconds).toBe(30);
    expect((await pod())?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }),
    );
  });

  test('the out-of-service taint on a node that is not Ready removes its pods', async () => {
    const { stage, kubernetes, name, get } = await setUp({
      nodes: 2,
      workloads: [
        { name: 'db', kind: 'StatefulSet', replicas: 2, shutdownSeconds: 300 },
        { name: 'agent', kind: 'DaemonSet', shutdownSeconds: 300 },
      ],
    });
    await stage.silence(name);
    const [lost] = await kubernetes.listPods({ nodeName: name });
    await kubernetes.evictPod(refOf(lost), { graceSeconds: 30 });
    await until(stage, async () => keysOf(await get()).includes('node.kubernetes.io/unreachable'));
    const addTaint = async () => {
      const node = await get();
      const taints = [...(node.spec?.taints ?? []), OUT_OF_SERVICE];
      await kubernetes.patchNode(name, { metadata: versionOf(node), spec: { taints } });
    };
    await until(stage, async () => (await outcome(addTaint())) === 'ok');
    await until(stage, async () => (await kubernetes.listPods({ nodeName: name })).length === 0, 60);
  });
}

function roleCases(setStage: SetStage): void {
  const refused = async (verb: string, resource: string, work: Promise<unknown>) => {
    const failure = await failureOf(work);
    expect(failure.kind).toBe('unauthorised');
    expect(failure.operation).toMatch(new RegExp(`^${verb} /?${resource}$`));
    expect(failure.message).toMatch(new RegExp(`${verb} /?${resource}`));
  };

  test('the reader lists nodes; anything more is refused by verb and resource', async () => {
    const stage = await setStage({ workloads: [{ name: 'web' }] });
    const reader = await stage.as('paramedic-reader');
    const remediate = await stage.as(REMEDIATE['node-interruption']);
    const [pod] = await remediate.listPods({ namespace: stage.namespace });
    const name = stage.nodes[0] ?? '';
    expect(await outcome(reader.listNodes())).toBe('ok');
    await refused('get', 'nodes', reader.getNode(name));
    await refused('patch', 'nodes', reader.patchNode(name, { spec: { unschedulable: true } }));
    await refused('delete', 'nodes', reader.deleteNode(name, { uid: STRANGER }));
    await refused('list', 'pods', reader.listPods({ nodeName: name }));
    await refused('create', 'pods/eviction', reader.evictPod(refOf(pod), { graceSeconds: 30 }));
    await refused('delete', 'pods', reader.deletePod(refOf(pod), { graceSeconds: 30 }));
  });

  test('what treats throttled calls lists nodes and pods; it takes none of them away', async () => {
    const stage = await setStage({ workloads: [{ name: 'web' }] });
    const kubernetes = await stage.as(REMEDIATE['api-throttling']);
    const name = stage.nodes[0] ?? '';
    const [pod] = await kubernetes.listPods({ namespace: stage.namespace });
    expect(await outcome(kubernetes.listNodes())).toBe('ok');
    await refused('patch', 'nodes', kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    await refused('delete', 'nodes', kubernetes.deleteNode(name, { uid: STRANGER }));
    await refused('create', 'pods/eviction', kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await refused('delete', 'pods', kubernetes.deletePod(refOf(pod), { graceSeconds: 30 }));
  });

  test('the sweep patches nodes and deletes nothing', async () => {
    const stage = await setStage();
    const sweep = await stage.as('paramedic-sweep');
    const name = stage.nodes[0] ?? '';
    expect(await outcome(sweep.patchNode(name, { spec: { unschedulable: true } }))).toBe('ok');
    expect(await outcome(sweep.getNode(name))).toBe('ok');
    await refused('delete', 'nodes', sweep.deleteNode(name, { uid: STRANGER }));
  });
}
