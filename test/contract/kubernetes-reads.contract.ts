import { expect, test } from 'vitest';
import { outcome, REMEDIATE, type SetStage, type Setting } from './kubernetes-stage.ts';

/** More than one page of a list, which has 500. */
const MANY = 520;
const NTH = { 'app.kubernetes.io/name': 'aws-node-termination-handler' };

export function readCases(setStage: SetStage): void {
  const setUp = async (setting: Setting = {}, trouble: keyof typeof REMEDIATE = 'node-interruption') => {
    const stage = await setStage(setting);
    return { stage, kubernetes: await stage.as(REMEDIATE[trouble]) };
  };

  test(`a list of ${MANY} pods is complete, each pod once`, async () => {
    const { stage, kubernetes } = await setUp({
      workloads: [{ name: 'many', kind: 'bare', replicas: MANY }],
    });
    const pods = await kubernetes.listPods({ nodeName: stage.nodes[0] ?? '' });
    expect(pods).toHaveLength(MANY);
    expect(new Set(pods.map(({ metadata }) => metadata?.uid)).size).toBe(MANY);
  });

  test('pods are found by node, by namespace, and by their controller’s label', async () => {
    const { stage, kubernetes } = await setUp({
      nodes: 2,
      workloads: [
        { name: 'web', replicas: 3 },
        { name: 'api', replicas: 2 },
        { name: 'db', kind: 'StatefulSet', replicas: 2 },
      ],
    });
    const { namespace } = stage;
    const all = await kubernetes.listPods({ namespace });
    const onNodes = await Promise.all(stage.nodes.map((nodeName) => kubernetes.listPods({ nodeName })));
    expect(all).toHaveLength(7);
    expect(onNodes.flat()).toHaveLength(7);
    onNodes.forEach((pods, index) => {
      for (const { spec } of pods) expect(spec?.nodeName).toBe(stage.nodes[index]);
    });
    const hashOf = (app: string) =>
      all.find(({ metadata }) => metadata?.labels?.['app'] === app)?.metadata?.labels?.['pod-template-hash'];
    const found = async (labelSelector: string) =>
      (await kubernetes.listPods({ namespace, labelSelector })).length;
    expect(await found(`pod-template-hash in (${hashOf('web')},${hashOf('api')})`)).toBe(5);
    expect(await found(`pod-template-hash in (${hashOf('web')},nobody)`)).toBe(3);
    expect(await found('statefulset.kubernetes.io/pod-name in (db-0,db-7)')).toBe(1);
    expect(await found('pod-template-hash in (nobody)')).toBe(0);
    expect(await outcome(found('a selector, that is (none'))).toBe('invalid');
  });

  test('nodes are found by label', async () => {
    const { stage, kubernetes } = await setUp({ nodes: 2 });
    const nodes = await kubernetes.listNodes({ labelSelector: stage.nodeSelector });
    expect(nodes).toHaveLength(2);
    expect(new Set(nodes.map(({ metadata }) => metadata?.name))).toEqual(new Set(stage.nodes));
    const none = await kubernetes.listNodes({ labelSelector: `${stage.nodeSelector},example.com/none` });
    expect(none).toEqual([]);
  });

  test('DaemonSets and Deployments are found in every namespace by their own labels', async () => {
    const { stage, kubernetes } = await setUp({
      workloads: [
        { name: 'nth', kind: 'DaemonSet', labels: NTH },
        { name: 'nth-queue', labels: NTH },
        { name: 'web' },
      ],
    });
    const labelSelector = 'app.kubernetes.io/name=aws-node-termination-handler';
    const names = (objects: { metadata?: { name?: string; namespace?: string } }[]) =>
      objects.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
    expect(names(await kubernetes.listDaemonSets({ labelSelector }))).toContain(`${stage.namespace}/nth`);
    const deployments = names(await kubernetes.listDeployments({ labelSelector }));
    expect(deployments).toContain(`${stage.namespace}/nth-queue`);
    expect(deployments).not.toContain(`${stage.namespace}/web`);
    expect(await kubernetes.listDaemonSets({ labelSelector, namespace: 'nowhere' })).toEqual([]);
  });

  test('budgets are listed with what they select and what they allow', async () => {
    const { stage, kubernetes } = await setUp({
      workloads: [{ name: 'web', replicas: 4 }],
      budgets: [{ name: 'web', selector: { app: 'web' }, maxUnavailable: 1 }],
    });
    const budgets = await kubernetes.listPodDisruptionBudgets();
    const own = budgets.find(({ metadata }) => metadata?.namespace === stage.namespace);
    expect(own).toMatchObject({
      metadata: { name: 'web', generation: 1 },
      spec: { selector: { matchLabels: { app: 'web' } }, maxUnavailable: 1 },
      status: {
        currentHealthy: 4,
        desiredHealthy: 3,
        disruptionsAllowed: 1,
        expectedPods: 4,
        observedGeneration: 1,
      },
    });
  });

  test('volume attachments name the node and the volume', async () => {
    const { stage, kubernetes } = await setUp({
      workloads: [{ name: 'db', kind: 'StatefulSet', volume: true }],
    });
    const attachments = await kubernetes.listVolumeAttachments();
    const own = attachments.filter(({ spec }) => stage.nodes.includes(spec.nodeName));
    expect(own).toMatchObject([
      {
        spec: {
          attacher: 'ebs.csi.aws.com',
          source: { persistentVolumeName: expect.stringMatching(/^pvc-/) },
        },
        status: { attached: true },
      },
    ]);
  });

  test('Events are found by their reason, with what they are about and how often', async () => {
    const { stage, kubernetes } = await setUp({}, 'api-throttling');
    const { namespace } = stage;
    await stage.report({ reason: 'FailedCreatePodSandBox', pod: 'web-1', count: 12 });
    await stage.report({ reason: 'FailedCreatePodSandBox', pod: 'web-2', count: 1 });
    await stage.report({ reason: 'Pulled', pod: 'web-1', count: 1 });
    const found = await kubernetes.listEvents({ reason: 'FailedCreatePodSandBox' });
    const own = found.filter(({ involvedObject }) => involvedObject.namespace === namespace);
    const counted = own.map(({ involvedObject, count }) => `${involvedObject.name} ${count}`);
    expect(new Set(counted)).toEqual(new Set(['web-1 12', 'web-2 1']));
    for (const { reason, lastTimestamp } of own) {
      expect(reason).toBe('FailedCreatePodSandBox');
      expect(Math.abs(Date.parse(lastTimestamp ?? '') - stage.now())).toBeLessThan(60_000);
    }
    expect(await kubernetes.listEvents({ reason: 'Nothing,like=this' })).toEqual([]);
  });

  test('a cluster without Karpenter has no NodeClaims to list: not-found', async () => {
    const { kubernetes } = await setUp({}, 'api-throttling');
    expect(await outcome(kubernetes.listNodeClaims())).toBe('not-found');
  });

  test('the clock of a server in time is within two seconds of ours, and unknown before it answers', async () => {
    const { kubernetes } = await setUp();
    expect(kubernetes.serverAheadMs()).toBe(0);
    await kubernetes.listNodes();
    expect(Math.abs(kubernetes.serverAheadMs())).toBeLessThan(2_000);
  });
}
