import type { Handler, Received, Reply } from '../../test/kubernetes/api-server.ts';

/** One machine of one cluster, the same for every service that is asked about it. */
export const DEMO = {
  cluster: 'demo',
  node: 'ip-10-0-1-17.eu-west-1.compute.internal',
  zone: 'eu-west-1b',
  type: 'm6i.xlarge',
};

const STARTED = '2026-11-03T09:00:00Z';
const PODS = 12;
const OTHERS = 5;

/** What an API server with that machine as a Node says: a few pods, a budget that allows one more, no drains yet. */
export function demoCluster(instanceId: string): Handler {
  const nodes = [
    nodeOf(DEMO.node, instanceId),
    ...Array.from({ length: OTHERS }, (_, index) => nodeOf(`other-${index}`, `i-0000000000000000${index}`)),
  ];
  const pods = Array.from({ length: PODS }, (_, index) => podOf(index));
  const lists: Readonly<Record<string, unknown[]>> = {
    '/api/v1/nodes': nodes,
    '/api/v1/pods': pods,
    '/apis/policy/v1/poddisruptionbudgets': [budget()],
    '/apis/apps/v1/daemonsets': [],
    '/apis/apps/v1/deployments': [],
    '/apis/storage.k8s.io/v1/volumeattachments': [],
  };
  return ({ method, path }: Received): Reply => {
    const items = lists[path];
    if (method !== 'GET') return { status: 405, body: failure('MethodNotAllowed', 405) };
    if (items !== undefined) return { body: { kind: 'List', apiVersion: 'v1', metadata: {}, items } };
    const node = nodes.find(({ metadata }) => path === `/api/v1/nodes/${metadata.name}`);
    return node === undefined ? { status: 404, body: failure('NotFound', 404) } : { body: node };
  };
}

function nodeOf(name: string, instanceId: string) {
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: STARTED,
      labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': DEMO.zone },
    },
    spec: { providerID: `aws:///${DEMO.zone}/${instanceId}` },
    status: {
      conditions: [
        { type: 'Ready', status: 'True', lastHeartbeatTime: STARTED, lastTransitionTime: STARTED },
      ],
    },
  };
}

const OWNER = {
  kind: 'ReplicaSet',
  name: 'web-6f7',
  uid: 'uid-web',
  controller: true,
  apiVersion: 'apps/v1',
};

function podOf(index: number) {
  const container = { name: 'web', image: 'web:1' };
  return {
    metadata: {
      name: `web-6f7-${index}`,
      namespace: 'shop',
      uid: `uid-pod-${index}`,
      creationTimestamp: STARTED,
      labels: { app: 'web', 'pod-template-hash': '6f7' },
      ownerReferences: [OWNER],
    },
    spec: { nodeName: DEMO.node, containers: [container] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: STARTED }],
      containerStatuses: [{ ...container, ready: true, restartCount: 0, imageID: '' }],
    },
  };
}

function budget() {
  return {
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-budget', generation: 1 },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    status: {
      currentHealthy: PODS,
      desiredHealthy: PODS - 1,
      disruptionsAllowed: 1,
      expectedPods: PODS,
      observedGeneration: 1,
    },
  };
}

function failure(reason: string, code: number) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: reason };
}
