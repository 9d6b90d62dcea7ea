import { afterEach, describe, expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { type ApiServer, type Handler, status } from './api-server.ts';
import { testCluster } from './cluster.ts';

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

describe('lists', () => {
  test('are read page by page to the end', async () => {
    const { server, kubernetes } = await cluster(({ query }) => {
      const page = Number(query.get('continue') ?? '0');
      const next = page < 3 ? { continue: String(page + 1) } : {};
      return { body: { metadata: next, items: [node(`n${page}`)] } };
    });
    const nodes = await kubernetes.listNodes({ labelSelector: 'a=b' });
    expect(nodes.map(({ metadata }) => metadata?.name)).toEqual(['n0', 'n1', 'n2', 'n3']);
    for (const { query } of server.requests) expect(query.get('labelSelector')).toBe('a=b');
  });

  test('volume attachments are read to the end as well', async () => {
    const attachment = (nodeName: string) => ({ spec: { attacher: 'ebs.csi.aws.com', nodeName } });
    const { kubernetes } = await cluster(({ query }) =>
      query.has('continue')
        ? { body: { items: [attachment('n2')] } }
        : { body: { metadata: { continue: 'two' }, items: [attachment('n1')] } },
    );
    expect((await kubernetes.listVolumeAttachments()).map(({ spec }) => spec.nodeName)).toEqual(['n1', 'n2']);
  });

  test('NodeClaims are read to the end as well', async () => {
    const { kubernetes } = await cluster(({ query }) =>
      query.has('continue')
        ? { body: { items: [node('b')] } }
        : { body: { metadata: { continue: 'two' }, items: [node('a')] } },
    );
    expect((await kubernetes.listNodeClaims()).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  test('where Karpenter is not, the API server says so in plain text: not-found', async () => {
    const { kubernetes } = await cluster(() => ({ status: 404, body: '404 page not found' }));
    expect(await kubernetes.listNodeClaims().catch(failureKind)).toBe('not-found');
  });

  test('of Events one page is read, however many follow, and its failure is one', async () => {
    const event = { reason: 'FailedCreatePodSandBox', count: 3 };
    let answer: ReturnType<Handler> = { body: { metadata: { continue: 'two' }, items: [event] } };
    const { server, kubernetes } = await cluster(() => answer);
    expect(await kubernetes.listEvents({ reason: event.reason })).toEqual([event]);
    expect(server.requests).toHaveLength(1);
    answer = { body: { metadata: {}, items: null } };
    expect(await kubernetes.listEvents({ reason: event.reason })).toEqual([]);
    answer = status(429, 'TooManyRequests');
    expect(await kubernetes.listEvents({ reason: event.reason }).catch(failureKind)).toBe('throttled');
  });

  test('a list without items is empty, as Go writes it', async () => {
    const { kubernetes } = await cluster(() => ({ body: { metadata: {}, items: null } }));
    expect(await kubernetes.listNodes()).toEqual([]);
  });

  test('a list whose snapshot expired starts again, without keeping the old pages', async () => {
    let expired = false;
    const { kubernetes } = await cluster(({ query }) => {
      if (!query.has('continue')) {
        return { body: { metadata: { continue: 'two' }, items: [node(expired ? 'new' : 'old')] } };
      }
      if (expired) return { body: { items: [node('end')] } };
      expired = true;
      return status(410, 'Expired');
    });
    const names = (await kubernetes.listNodes()).map(({ metadata }) => metadata?.name);
    expect(names).toEqual(['new', 'end']);
  });

  test('a list that expires twice is a transient failure, not a short list', async () => {
    const { server, kubernetes } = await cluster(({ query }) =>
      query.has('continue')
        ? status(410, 'Expired')
        : { body: { metadata: { continue: 'two' }, items: [node('n')] } },
    );
    expect(await kubernetes.listNodes().catch(failureKind)).toBe('transient');
    expect(server.requests).toHaveLength(4);
  });

  test('a failing later page fails the list', async () => {
    const { kubernetes } = await cluster(({ query }) =>
      query.has('continue')
        ? status(500, 'InternalError')
        : { body: { metadata: { continue: 'two' }, items: [node('n')] } },
    );
    expect(await kubernetes.listNodes().catch(failureKind)).toBe('transient');
  });

  test('a list that continues where it is ends as a failure', async () => {
    const { kubernetes } = await cluster(() => ({ body: { metadata: { continue: 'same' }, items: [] } }));
    expect(await kubernetes.listNodes().catch(failureKind)).toBe('transient');
  });
});
