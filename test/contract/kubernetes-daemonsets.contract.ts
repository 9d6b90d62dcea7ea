import { expect, test } from 'vitest';
import type { DaemonSet, DaemonSetPatch, EnvPatch, Kubernetes, Pod } from '../../shared/ports/kubernetes.ts';
import {
  BROKEN,
  failureOf,
  outcome,
  REMEDIATE,
  ROLES,
  type SetStage,
  type Stage,
  until,
  type Workload,
} from './kubernetes-stage.ts';

const CNI = { namespace: 'kube-system', name: 'aws-node' };
/** Who sets it. */
const SETTER = REMEDIATE['api-throttling'];
const REVISION = 'controller-revision-hash';
const ENV = { WARM_ENI_TARGET: '1', MINIMUM_IP_TARGET: '3', AWS_VPC_K8S_CNI_LOGLEVEL: 'INFO' };

function cni(more: Partial<Workload> = {}): Workload {
  return { name: CNI.name, kind: 'DaemonSet', system: true, env: ENV, ...more };
}

function patchOf(env: EnvPatch[], container = CNI.name): DaemonSetPatch {
  return { spec: { template: { spec: { containers: [{ name: container, env }] } } } };
}

function envOf({ spec }: DaemonSet): Record<string, string | undefined> {
  const [container] = spec?.template.spec?.containers ?? [];
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

interface Scene {
  stage: Stage;
  kubernetes: Kubernetes;
  get(): Promise<DaemonSet>;
  patch(env: EnvPatch[]): Promise<DaemonSet>;
  pods(): Promise<Pod[]>;
  /** Every node runs the present template; called with every state on the way. */
  rolledOut(look?: (state: DaemonSet) => void): Promise<void>;
}

async function sceneOn(stage: Stage): Promise<Scene> {
  const kubernetes = await stage.as(SETTER);
  const get = async () => {
    const all = await kubernetes.listDaemonSets({ namespace: CNI.namespace });
    const found = all.find(({ metadata }) => metadata?.name === CNI.name);
    if (found === undefined) throw new Error('no aws-node');
    return found;
  };
  return {
    stage,
    kubernetes,
    get,
    patch: (env) => kubernetes.patchDaemonSet(CNI, patchOf(env)),
    pods: async () => {
      const found = await Promise.all(stage.nodes.map((nodeName) => kubernetes.listPods({ nodeName })));
      return found.flat().filter(({ metadata }) => metadata?.namespace === CNI.namespace);
    },
    rolledOut: (look = () => undefined) =>
      until(
        stage,
        async () => {
          const state = await get();
          look(state);
          return isRolledOut(state, stage.nodes.length);
        },
        60,
      ),
  };
}

function isRolledOut({ metadata, status }: DaemonSet, nodes: number): boolean {
  const { updatedNumberScheduled: updated, numberAvailable: available, observedGeneration } = status ?? {};
  return observedGeneration === metadata?.generation && updated === nodes && available === nodes;
}

/** What becomes of a DaemonSet whose environment is patched. */
export function daemonSetCases(setStage: SetStage): void {
  const setUp = async (nodes: number, ...workloads: Workload[]) => {
    return await sceneOn(await setStage({ nodes, workloads }));
  };
  patchCases(setUp);
  rollOutCases(setUp);
  roleCases(setStage);
}

type SetUp = (nodes: number, ...workloads: Workload[]) => Promise<Scene>;

function patchCases(setUp: SetUp): void {
  test('variables are merged by name: named ones change, come or go, the others stay', async () => {
    const { get, patch } = await setUp(1, cni());
    await patch([
      { name: 'WARM_ENI_TARGET', value: '0' },
      { name: 'WARM_IP_TARGET', value: '5' },
      { name: 'MINIMUM_IP_TARGET', $patch: 'delete' },
      { name: 'NOBODY_HAS_IT', $patch: 'delete' },
    ]);
    expect(envOf(await get())).toEqual({
      WARM_ENI_TARGET: '0',
      WARM_IP_TARGET: '5',
      AWS_VPC_K8S_CNI_LOGLEVEL: 'INFO',
    });
  });

  test('a patch makes a new generation, and one that changes nothing does not', async () => {
    const { get, patch } = await setUp(1, cni());
    expect((await get()).metadata?.generation).toBe(1);
    const first = await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    const again = await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    expect([first.metadata?.generation, again.metadata?.generation]).toEqual([2, 2]);
  });

  test('a patch of a DaemonSet from an old version is a conflict and changes nothing', async () => {
    const { kubernetes, get, patch, rolledOut } = await setUp(1, cni());
    const metadata = { resourceVersion: (await get()).metadata?.resourceVersion ?? '' };
    await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    const late = { metadata, ...patchOf([{ name: 'WARM_ENI_TARGET', value: '7' }]) };
    expect(await outcome(kubernetes.patchDaemonSet(CNI, late))).toBe('conflict');
    expect(envOf(await get())).toEqual({ ...ENV, WARM_ENI_TARGET: '2' });
    // The controller writes the status, and with it the version, until the roll-out is over.
    await rolledOut();
    const now = { resourceVersion: (await get()).metadata?.resourceVersion ?? '' };
    const good = { metadata: now, ...patchOf([{ name: 'WARM_ENI_TARGET', value: '7' }]) };
    expect(await outcome(kubernetes.patchDaemonSet(CNI, good))).toBe('ok');
  });

  test('a patch of a container that is not there is invalid, and adds none', async () => {
    const { kubernetes, get } = await setUp(1, cni());
    const stray = patchOf([{ name: 'WARM_ENI_TARGET', value: '2' }], 'somebody-else');
    expect(await outcome(kubernetes.patchDaemonSet(CNI, stray))).toBe('invalid');
    expect((await get()).spec?.template.spec?.containers.map(({ name }) => name)).toEqual([CNI.name]);
  });

  test('a patch of a DaemonSet that is not there is not-found', async () => {
    const { kubernetes } = await setUp(1);
    const patch = patchOf([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    expect(await outcome(kubernetes.patchDaemonSet(CNI, patch))).toBe('not-found');
  });
}

function rollOutCases(setUp: SetUp): void {
  test('a roll-out is behind its generation until the controller has seen it', async () => {
    const { patch, rolledOut, get } = await setUp(1, cni());
    const answer = await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    expect(answer.status?.observedGeneration).toBe(1);
    await rolledOut();
    expect((await get()).status?.observedGeneration).toBe(2);
  });

  test('a roll-out of a tenth at a time takes one node of three after the other, each with a new pod', async () => {
    const { stage, patch, pods, rolledOut } = await setUp(
      3,
      cni({ maxUnavailable: '10%', shutdownSeconds: 2, startupSeconds: 2 }),
    );
    const before = new Set((await pods()).map(({ metadata }) => metadata?.uid));
    expect(before.size).toBe(3);
    await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    const seen: { updated: number; unavailable: number }[] = [];
    await rolledOut(({ status, metadata }) => {
      if (status?.observedGeneration !== metadata?.generation) return;
      const { updatedNumberScheduled: updated = 0, numberUnavailable: unavailable = 0 } = status ?? {};
      seen.push({ updated, unavailable });
    });
    expect(Math.max(...seen.map(({ unavailable }) => unavailable))).toBe(1);
    const updates = seen.map(({ updated }) => updated);
    expect(updates).toEqual(updates.toSorted((one, other) => one - other));
    expect(updates.some((updated) => updated > 0 && updated < 3)).toBe(true);
    const after = await pods();
    expect(after).toHaveLength(stage.nodes.length);
    expect(after.filter(({ metadata }) => before.has(metadata?.uid ?? ''))).toEqual([]);
  });

  test('pods carry the revision of their template, and an environment that comes back has its old one', async () => {
    const { patch, pods, rolledOut } = await setUp(2, cni({ maxUnavailable: 2 }));
    const revisions = async () => new Set((await pods()).map(({ metadata }) => metadata?.labels?.[REVISION]));
    const first = await revisions();
    expect(first.size).toBe(1);
    await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    await rolledOut();
    expect(await revisions()).not.toEqual(first);
    await patch([{ name: 'WARM_ENI_TARGET', value: '1' }]);
    await rolledOut();
    expect(await revisions()).toEqual(first);
  });

  test('a roll-out that does not become Ready stops there, and a way back replaces only what it had taken', async () => {
    const { stage, get, patch, pods, rolledOut } = await setUp(3, cni());
    const uids = async () => new Set((await pods()).map(({ metadata }) => metadata?.uid));
    const before = await uids();
    const counts = async () => {
      const { updatedNumberScheduled, numberAvailable, numberUnavailable } = (await get()).status ?? {};
      return { updatedNumberScheduled, numberAvailable, numberUnavailable };
    };
    const stuck = { updatedNumberScheduled: 1, numberAvailable: 2, numberUnavailable: 1 };
    await stage.breakNext();
    await patch([{ name: BROKEN, value: 'true' }]);
    await until(stage, async () => (await counts()).updatedNumberScheduled === 1);
    await stage.pass(4_000);
    expect(await counts()).toEqual(stuck);
    const unavailable: number[] = [];
    await patch([{ name: BROKEN, $patch: 'delete' }]);
    await rolledOut(({ status }) => unavailable.push(status?.numberUnavailable ?? 0));
    expect(Math.max(...unavailable)).toBe(1);
    expect([...(await uids())].filter((uid) => before.has(uid))).toHaveLength(2);
  });

  test('new pods have the new environment', async () => {
    const { patch, pods, rolledOut } = await setUp(1, cni());
    await patch([{ name: 'WARM_ENI_TARGET', value: '2' }]);
    await rolledOut();
    const [pod] = await pods();
    expect(pod?.spec?.containers[0]?.env).toContainEqual({ name: 'WARM_ENI_TARGET', value: '2' });
  });
}

function roleCases(setStage: SetStage): void {
  test('one group patches kube-system/aws-node, and no DaemonSet of another name or namespace', async () => {
    const stage = await setStage({
      workloads: [
        cni(),
        { name: 'kube-proxy', kind: 'DaemonSet', system: true },
        { name: CNI.name, kind: 'DaemonSet' },
      ],
    });
    const env: EnvPatch[] = [{ name: 'WARM_ENI_TARGET', value: '2' }];
    const kubernetes = await stage.as(SETTER);
    const others = [
      { ...CNI, name: 'kube-proxy' },
      { ...CNI, namespace: stage.namespace },
    ];
    for (const other of others) {
      const refusal = await failureOf(kubernetes.patchDaemonSet(other, patchOf(env, other.name)));
      expect(refusal.kind).toBe('unauthorised');
      expect(refusal.operation).toMatch(/^patch (apps\/)?daemonsets$/);
      expect(refusal.message).toMatch(/patch (apps\/)?daemonsets/);
    }
    for (const role of ROLES.filter((each) => each !== SETTER)) {
      const other = await stage.as(role);
      expect(await outcome(other.patchDaemonSet(CNI, patchOf(env)))).toBe('unauthorised');
    }
    expect(await outcome(kubernetes.patchDaemonSet(CNI, patchOf(env)))).toBe('ok');
  });
}
