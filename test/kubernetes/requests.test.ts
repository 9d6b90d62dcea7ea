import { afterEach, describe, expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import type { DaemonSetPatch, Kubernetes } from '../../shared/ports/kubernetes.ts';
import type { ApiServer, Handler } from './api-server.ts';
import { testCluster } from './cluster.ts';

const POD = { namespace: 'web', name: 'web-1', uid: 'uid-1' };
const CNI = { namespace: 'kube-system', name: 'aws-node' };
const TUNE: DaemonSetPatch = {
  metadata: { resourceVersion: '7' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'aws-node',
            env: [
              { name: 'WARM_IP_TARGET', value: '5' },
              { name: 'WARM_ENI_TARGET', $patch: 'delete' },
            ],
          },
        ],
      },
    },
  },
};
const servers: ApiServer[] = [];

async function cluster(handler: Handler) {
  const made = await testCluster(handler);
  servers.push(made.server);
  return made;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function node(name: string) {
  return { metadata: { name } };
}

describe('requests as Kubernetes expects them', () => {
  const cases: [string, (kubernetes: Kubernetes) => Promise<unknown>, object][] = [
    [
      'listNodes',
      (kubernetes) => kubernetes.listNodes({ labelSelector: 'a=b,c!=d' }),
      { method: 'GET', path: '/api/v1/nodes', search: 'limit=500&labelSelector=a%3Db%2Cc%21%3Dd' },
    ],
    [
      'getNode encodes the name',
      (kubernetes) => kubernetes.getNode('ip/10?x'),
      { method: 'GET', path: '/api/v1/nodes/ip%2F10%3Fx' },
    ],
    [
      'patchNode is a JSON merge patch',
      (kubernetes) =>
        kubernetes.patchNode('n1', {
          metadata: { resourceVersion: '7', annotations: { gone: null } },
          spec: { unschedulable: true },
        }),
      {
        method: 'PATCH',
        path: '/api/v1/nodes/n1',
        type: 'application/merge-patch+json',
        body: {
          metadata: { resourceVersion: '7', annotations: { gone: null } },
          spec: { unschedulable: true },
        },
      },
    ],
    [
      'patchNode replaces the taints it was computed from',
      (kubernetes) =>
        kubernetes.patchNode('n1', {
          metadata: { resourceVersion: '7' },
          spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
        }),
      {
        method: 'PATCH',
        path: '/api/v1/nodes/n1',
        type: 'application/merge-patch+json',
        body: {
          metadata: { resourceVersion: '7' },
          spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
        },
      },
    ],
    [
      'patchNode removes the last taint with null',
      (kubernetes) =>
        kubernetes.patchNode('n1', { metadata: { resourceVersion: '8' }, spec: { taints: null } }),
      { method: 'PATCH', body: { metadata: { resourceVersion: '8' }, spec: { taints: null } } },
    ],
    [
      'deleteNode names the UID it means',
      (kubernetes) => kubernetes.deleteNode('n1', { uid: 'u' }),
      {
        method: 'DELETE',
        path: '/api/v1/nodes/n1',
        type: 'application/json',
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' } },
      },
    ],
    [
      'listPods of a node, in all namespaces',
      (kubernetes) => kubernetes.listPods({ nodeName: 'n1' }),
      { method: 'GET', path: '/api/v1/pods', search: 'limit=500&fieldSelector=spec.nodeName%3Dn1' },
    ],
    [
      'listPods of a namespace by label',
      (kubernetes) => kubernetes.listPods({ namespace: 'web', labelSelector: 'app' }),
      { method: 'GET', path: '/api/v1/namespaces/web/pods', search: 'limit=500&labelSelector=app' },
    ],
    [
      'listPodDisruptionBudgets',
      (kubernetes) => kubernetes.listPodDisruptionBudgets(),
      { method: 'GET', path: '/apis/policy/v1/poddisruptionbudgets' },
    ],
    [
      'listVolumeAttachments, of the whole cluster',
      (kubernetes) => kubernetes.listVolumeAttachments(),
      { method: 'GET', path: '/apis/storage.k8s.io/v1/volumeattachments', search: 'limit=500' },
    ],
    [
      'listDaemonSets',
      (kubernetes) => kubernetes.listDaemonSets({ namespace: 'kube-system' }),
      { method: 'GET', path: '/apis/apps/v1/namespaces/kube-system/daemonsets' },
    ],
    [
      'listDeployments',
      (kubernetes) => kubernetes.listDeployments({}),
      { method: 'GET', path: '/apis/apps/v1/deployments' },
    ],
    [
      'patchDaemonSet is a strategic merge patch, with the version it was computed from',
      (kubernetes) => kubernetes.patchDaemonSet(CNI, TUNE),
      {
        method: 'PATCH',
        path: '/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node',
        type: 'application/strategic-merge-patch+json',
        body: TUNE,
      },
    ],
    [
      'listEvents by reason, in all namespaces',
      (kubernetes) => kubernetes.listEvents({ reason: 'FailedCreatePodSandBox' }),
      {
        method: 'GET',
        path: '/api/v1/events',
        search: 'limit=500&fieldSelector=reason%3DFailedCreatePodSandBox',
      },
    ],
    [
      'listEvents escapes what means something in a selector',
      (kubernetes) => kubernetes.listEvents({ reason: 'a,type=b\\' }),
      { search: `limit=500&fieldSelector=${encodeURIComponent('reason=a\\,type\\=b\\\\')}` },
    ],
    [
      'listNodeClaims, of the whole cluster',
      (kubernetes) => kubernetes.listNodeClaims(),
      { method: 'GET', path: '/apis/karpenter.sh/v1/nodeclaims', search: 'limit=500' },
    ],
    [
      'evictPod posts a policy/v1 Eviction with grace and UID',
      (kubernetes) => kubernetes.evictPod(POD, { graceSeconds: 0 }),
      {
        method: 'POST',
        path: '/api/v1/namespaces/web/pods/web-1/eviction',
        type: 'application/json',
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: 'web-1', namespace: 'web' },
          deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-1' } },
        },
      },
    ],
    [
      'deletePod names grace and UID',
      (kubernetes) => kubernetes.deletePod(POD, { graceSeconds: 15 }),
      {
        method: 'DELETE',
        path: '/api/v1/namespaces/web/pods/web-1',
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          gracePeriodSeconds: 15,
          preconditions: { uid: 'uid-1' },
        },
      },
    ],
  ];

  test.each(cases)('%s', async (_name, call, expected) => {
    const { server, kubernetes } = await cluster(() => ({ status: 201, body: { items: [] } }));
    await call(kubernetes);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect({
      ...request,
      search: request?.query.toString(),
      type: request?.headers['content-type'],
    }).toMatchObject(expected);
    expect(request?.headers.authorization).toMatch(/^Bearer k8s-aws-v1\./);
    expect(request?.query.has('resourceVersion')).toBe(false);
  });

  const wrongNames: [string, (kubernetes: Kubernetes) => Promise<unknown>][] = [
    ['an empty node name', (kubernetes) => kubernetes.deleteNode('', { uid: 'u' })],
    ['a node name of dots', (kubernetes) => kubernetes.deleteNode('..', { uid: 'u' })],
    ['an empty pod name', (kubernetes) => kubernetes.deletePod({ ...POD, name: '' }, { graceSeconds: 1 })],
    [
      'an empty namespace',
      (kubernetes) => kubernetes.evictPod({ ...POD, namespace: '' }, { graceSeconds: 1 }),
    ],
    ['an empty DaemonSet name', (kubernetes) => kubernetes.patchDaemonSet({ ...CNI, name: '' }, TUNE)],
    ['an empty namespace to list', (kubernetes) => kubernetes.listPods({ namespace: '' })],
  ];
  test.each(wrongNames)('%s is never sent: it would mean other objects', async (_name, call) => {
    const { server, kubernetes } = await cluster(() => ({}));
    expect(await call(kubernetes).catch(failureKind)).toBe('invalid');
    expect(server.requests).toEqual([]);
  });

  test('many requests share kept connections', async () => {
    const { server, kubernetes } = await cluster(() => ({ body: node('n1') }));
    for (let count = 0; count < 10; count += 1) await kubernetes.getNode('n1');
    expect(server.requests).toHaveLength(10);
    expect(server.connections()).toBe(1);
  });

  test('a kept connection that the server closed is replaced without anyone noticing', async () => {
    const { server, kubernetes } = await cluster(() => ({ body: node('n1') }));
    await kubernetes.getNode('n1');
    server.dropConnections();
    expect(await kubernetes.getNode('n1')).toEqual(node('n1'));
    expect(server.connections()).toBe(2);
  });
});
