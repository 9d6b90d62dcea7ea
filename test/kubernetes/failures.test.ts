import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { describeFailure, type FailureKind, failureKind, type PortError } from '../../shared/errors.ts';
import { httpsTransport } from '../../shared/kubernetes/http.ts';
import type { DaemonSetPatch, Kubernetes } from '../../shared/ports/kubernetes.ts';
import {
  type ApiServer,
  apiServer,
  HANG,
  type Handler,
  type Reply,
  status,
  testCertificate,
} from './api-server.ts';
import { testCluster } from './cluster.ts';

const POD = { namespace: 'web', name: 'web-1', uid: 'uid-1' };
const BUDGET = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods and has 2' }] };
const servers: ApiServer[] = [];

async function cluster(handler: Handler, timeoutMs?: number) {
  const made = await testCluster(handler, timeoutMs);
  servers.push(made.server);
  return made;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function evict(kubernetes: Kubernetes): Promise<PortError> {
  return kubernetes.evictPod(POD, { graceSeconds: 30 }).then(
    () => expect.unreachable(),
    (error: PortError) => error,
  );
}

function withRetryAfter(reply: Reply): Reply {
  return { ...reply, headers: { 'retry-after': '10' } };
}

describe('answers', () => {
  const cases: [string, Reply, FailureKind][] = [
    ['400', status(400, 'BadRequest'), 'invalid'],
    ['403', status(403, 'Forbidden'), 'unauthorised'],
    [
      '403 because the namespace is being deleted',
      status(403, 'Forbidden', { causes: [{ reason: 'NamespaceTerminating' }] }),
      'transient',
    ],
    ['404', status(404, 'NotFound'), 'not-found'],
    ['405', status(405, 'MethodNotAllowed'), 'unsupported'],
    ['409', status(409, 'Conflict'), 'conflict'],
    ['422', status(422, 'Invalid'), 'invalid'],
    ['429 of a budget', status(429, 'TooManyRequests', BUDGET), 'blocked-by-budget'],
    [
      '429 of a budget whose status is still being computed',
      withRetryAfter(status(429, 'TooManyRequests', BUDGET)),
      'budget-not-observed',
    ],
    ['429 by API priority', withRetryAfter(status(429, 'TooManyRequests')), 'throttled'],
    ['429 with a text instead of a Status', { status: 429, body: 'Too many requests' }, 'throttled'],
    ['500', status(500, 'InternalError'), 'transient'],
    ['502 from a load balancer', { status: 502, body: '<html>' }, 'transient'],
    ['504', status(504, 'Timeout'), 'transient'],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere' } }, 'invalid'],
  ];
  test.each(cases)('%s to an eviction', async (_name, reply, kind) => {
    const { kubernetes } = await cluster(({ method }) =>
      method === 'POST' ? reply : status(403, 'Forbidden'),
    );
    const failure = await evict(kubernetes);
    expect(failure).toMatchObject({ kind, operation: 'create pods/eviction' });
  });

  test('a refused patch of a DaemonSet says in which namespace it would have been', async () => {
    const { kubernetes } = await cluster(() => status(403, 'Forbidden'));
    const patch: DaemonSetPatch = {
      spec: { template: { spec: { containers: [{ name: 'aws-node', env: [] }] } } },
    };
    const object = { namespace: 'kube-system', name: 'aws-node' };
    await expect(kubernetes.patchDaemonSet(object, patch)).rejects.toMatchObject({
      kind: 'unauthorised',
      operation: 'patch daemonsets',
      message: 'missing permission in the cluster: patch daemonsets in namespace kube-system',
    });
  });

  test('the text of a Status never decides', async () => {
    const text = 'Cannot evict pod as it would violate the pod’s disruption budget.';
    const { kubernetes } = await cluster(() => status(429, 'TooManyRequests', {}, text));
    expect((await evict(kubernetes)).kind).toBe('throttled');
  });

  test('Retry-After becomes milliseconds', async () => {
    const { kubernetes } = await cluster(() => withRetryAfter(status(429, 'TooManyRequests')));
    expect((await evict(kubernetes)).retryAfterMs).toBe(10_000);
  });

  test('a 403 names verb, resource and namespace', async () => {
    const { kubernetes } = await cluster(() => status(403, 'Forbidden'));
    expect((await evict(kubernetes)).message).toBe(
      'missing permission in the cluster: create pods/eviction in namespace web',
    );
    await expect(kubernetes.patchNode('n', {})).rejects.toThrow('patch nodes');
    await expect(kubernetes.listPodDisruptionBudgets()).rejects.toThrow('list poddisruptionbudgets');
  });

  test('an answer that is not JSON is a failure, not an empty list', async () => {
    const { kubernetes } = await cluster(() => ({ body: '{"items":[' }));
    expect(await kubernetes.listNodes().catch(failureKind)).toBe('transient');
  });
});

describe('a 500 to an eviction', () => {
  const budget = (name: string, selector?: object) => ({ metadata: { name }, spec: { selector } });

  function failing(budgets: object[], uid = POD.uid): Handler {
    return ({ method, path, query }) => {
      if (method === 'POST') return status(500, 'InternalError');
      if (path === '/apis/policy/v1/namespaces/web/poddisruptionbudgets') return { body: { items: budgets } };
      expect(`${path}?${query.get('fieldSelector')}`).toBe('/api/v1/namespaces/web/pods?metadata.name=web-1');
      return { body: { items: [{ metadata: { uid, labels: { app: 'web' } } }] } };
    };
  }

  test('is several-budgets when two select the pod, and names them', async () => {
    const budgets = [
      budget('mine', { matchLabels: { app: 'web' } }),
      budget('everyone', {}),
      budget('nobody'),
      budget('other', { matchLabels: { app: 'api' } }),
    ];
    const { kubernetes } = await cluster(failing(budgets));
    const failure = await evict(kubernetes);
    expect(failure.kind).toBe('several-budgets');
    expect(failure.message).toContain('mine, everyone');
    expect(failure.message).not.toMatch(/nobody|other/);
  });

  test('stays transient when one budget selects the pod', async () => {
    const { kubernetes } = await cluster(failing([budget('mine', { matchLabels: { app: 'web' } })]));
    expect((await evict(kubernetes)).kind).toBe('transient');
  });

  test('stays transient when the pod of that name is another one by now', async () => {
    const selecting = { matchLabels: { app: 'web' } };
    const { kubernetes } = await cluster(failing([budget('a', selecting), budget('b', selecting)], 'uid-2'));
    expect((await evict(kubernetes)).kind).toBe('transient');
  });

  test('stays transient when the budgets cannot be read', async () => {
    const { kubernetes } = await cluster(({ method }) => status(method === 'POST' ? 500 : 403, 'x'));
    expect(await evict(kubernetes)).toMatchObject({ kind: 'transient', operation: 'create pods/eviction' });
  });
});

describe('authentication', () => {
  test('a 401 is answered with one fresh token', async () => {
    const seen: (string | undefined)[] = [];
    const { kubernetes } = await cluster(({ headers }) => {
      seen.push(headers.authorization);
      return seen.length === 1 ? status(401, 'Unauthorized') : { body: { metadata: { name: 'n1' } } };
    });
    expect(await kubernetes.getNode('n1')).toEqual({ metadata: { name: 'n1' } });
    expect(seen).toHaveLength(2);
  });

  test('a second 401 is unauthorised, after exactly two requests', async () => {
    const { server, kubernetes } = await cluster(() => status(401, 'Unauthorized'));
    await expect(kubernetes.getNode('n1')).rejects.toMatchObject({ kind: 'unauthorised' });
    await expect(kubernetes.getNode('n1')).rejects.toThrow('get nodes');
    expect(server.requests).toHaveLength(4);
  });

  test('no failure holds the token, however it is printed', async () => {
    const replies: (Reply | typeof HANG)[] = [status(401, 'x'), status(403, 'x'), status(500, 'x'), HANG];
    for (const reply of replies) {
      const { server, kubernetes } = await cluster(() => reply, 100);
      const failure = await kubernetes.getNode('n1').catch((error: unknown) => error);
      const token = server.requests[0]?.headers.authorization?.replace('Bearer ', '') ?? '';
      expect(token).toMatch(/^k8s-aws-v1\./);
      const printed = [
        describeFailure(failure),
        inspect(failure, { depth: 10, showHidden: true }),
        JSON.stringify(failure),
      ];
      for (const text of printed) expect(text.includes(token)).toBe(false);
    }
  });
});

describe('the network', () => {
  test('a server that accepts and never answers is unreachable after the timeout', async () => {
    const { kubernetes } = await cluster(() => HANG, 100);
    const failure = await kubernetes.getNode('n1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unreachable', code: 'ETIMEDOUT', operation: 'get nodes' });
  });

  test('a refused connection is unreachable', async () => {
    const { server, kubernetes } = await testCluster(() => ({}));
    await server.close();
    const failure = await kubernetes.getNode('n1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('an answer larger than allowed is given up', async () => {
    const server = await apiServer(() => ({ body: 'x'.repeat(2_000) }));
    servers.push(server);
    const certificateAuthority = testCertificate('server').cert;
    const transport = httpsTransport({ url: server.url, certificateAuthority, timeoutMs: 5_000 });
    const send = (maxBytes: number) =>
      transport.send({ operation: 'get nodes', method: 'GET', path: '/', headers: {}, maxBytes });
    expect((await send(2_000)).body).toHaveLength(2_000);
    expect(await send(1_999).catch(failureKind)).toBe('invalid');
    transport.close();
  });
});
