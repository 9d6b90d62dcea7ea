import type { Node, Pod } from '../../../shared/ports/kubernetes.ts';
import {
  type ApiServer,
  apiServer,
  type Received,
  type Reply,
  status,
  testCertificate,
} from '../../kubernetes/api-server.ts';
import type { Front } from './gateway.ts';

export const CLUSTER = 'shop';
const NAMESPACE = 'shop';
const KIN = 'pod-template-hash';
/** How every EKS token begins. */
const TOKEN = /^Bearer k8s-aws-v1\./;

export interface FakeCluster {
  server: ApiServer;
  node(): Node;
  /** Names of the pods that were evicted, in order. */
  evicted(): string[];
  /** Has a pod that the ReplicaSet brings back elsewhere, Ready at the second look. */
  join(instanceId: string, nodeName: string): void;
  close(): Promise<void>;
}

/** As much of a cluster as one drained node needs, on a TLS server. */
export async function fakeCluster(): Promise<FakeCluster> {
  let node: Node = {};
  let pods: Pod[] = [];
  const server = await apiServer((request) => {
    if (!TOKEN.test(request.headers.authorization ?? '')) return status(401, 'Unauthorized');
    const { method, path } = request;
    const name = node.metadata?.name ?? '';
    if (path === `/api/v1/nodes/${name}`) {
      if (method === 'PATCH') node = merged(node, request.body) as Node;
      return { body: node };
    }
    if (path.endsWith('/eviction')) {
      pods = pods.map((pod) => (path.includes(`/${pod.metadata?.name}/`) ? replacement() : pod));
      return { status: 201, body: status(201, 'Created').body };
    }
    const reply = listed(request, pods);
    if (isKinLook(request)) pods = pods.map(grownUp);
    return reply;
  });
  return {
    server,
    node: () => node,
    evicted: () => server.requests.flatMap(({ path }) => /pods\/([^/]+)\/eviction$/.exec(path)?.[1] ?? []),
    join: (instanceId, nodeName) => {
      node = nodeOf(instanceId, nodeName);
      pods = [podNamed('cart-1', nodeName, 'True')];
    },
    close: () => server.close(),
  };
}

function listed({ path, query }: Received, pods: readonly Pod[]): Reply {
  const nodeName = /^spec\.nodeName=(.*)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  const isPods = path === '/api/v1/pods' || path === `/api/v1/namespaces/${NAMESPACE}/pods`;
  const items = isPods
    ? pods.filter(({ spec }) => nodeName === undefined || spec?.nodeName === nodeName)
    : [];
  return { body: { kind: 'List', apiVersion: 'v1', metadata: {}, items } };
}

function isKinLook({ path, query }: Received): boolean {
  return (
    path === `/api/v1/namespaces/${NAMESPACE}/pods` && query.get('labelSelector')?.startsWith(KIN) === true
  );
}

function grownUp(pod: Pod): Pod {
  return podNamed(pod.metadata?.name ?? '', pod.spec?.nodeName ?? '', 'True');
}

function replacement(): Pod {
  return podNamed('cart-2', 'another-node', 'False');
}

function podNamed(name: string, nodeName: string, ready: 'True' | 'False'): Pod {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'cart-5d4',
    uid: 'uid-cart',
    controller: true,
  };
  return {
    metadata: {
      namespace: NAMESPACE,
      name,
      uid: `uid-${name}`,
      labels: { [KIN]: '5d4' },
      ownerReferences: [owner],
      creationTimestamp: new Date().toISOString(),
    },
    spec: { nodeName, containers: [], terminationGracePeriodSeconds: 1 },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
  };
}

function nodeOf(instanceId: string, name: string): Node {
  return {
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1', labels: {}, annotations: {} },
    spec: { providerID: `aws:///eu-west-1a/${instanceId}` },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** A JSON merge patch. */
function merged(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const before = target !== null && typeof target === 'object' ? target : {};
  const changed = Object.entries(patch).map(([name, value]): [string, unknown] => [
    name,
    merged(Reflect.get(before, name), value),
  ]);
  return Object.fromEntries([...Object.entries(before), ...changed].filter(([, value]) => value !== null));
}

/** The engine knows the cluster but has no API server for it: where it is, and its authority, are ours. */
export function clusterFront(cluster: Pick<FakeCluster, 'server'>): Front {
  return async (incoming, engine) => {
    const reply = await engine(incoming);
    if (reply.status !== 200) return { reply, ranOn: 'ministack' };
    const answer = JSON.parse(reply.body.toString('utf8')) as { cluster: object };
    const data = Buffer.from(testCertificate('server').cert).toString('base64');
    const place = { endpoint: cluster.server.url, certificateAuthority: { data } };
    const body = Buffer.from(JSON.stringify({ cluster: { ...answer.cluster, ...place } }));
    const { 'content-length': _, ...headers } = reply.headers;
    return { reply: { ...reply, headers, body }, ranOn: 'both' };
  };
}
