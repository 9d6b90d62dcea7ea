import { afterEach, describe, expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import { type ApiServer, type Handler, status } from './api-server.ts';
import { testCluster } from './cluster.ts';

const V1 = '/apis/storage.k8s.io/v1/volumeattributesclasses';
const BETA = '/apis/storage.k8s.io/v1beta1/volumeattributesclasses';
const FAST = {
  metadata: { name: 'fast' },
  driverName: 'ebs.csi.aws.com',
  parameters: { type: 'gp3', iops: '6000', throughput: '250' },
};
const DATA = { namespace: 'web', name: 'data-db-0' };
const RECLASS = { metadata: { resourceVersion: '7' }, spec: { volumeAttributesClassName: 'fast' } };
const servers: ApiServer[] = [];

async function cluster(handler: Handler) {
  const made = await testCluster(handler);
  servers.push(made.server);
  return made;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('requests as Kubernetes expects them', () => {
  const cases: [string, (kubernetes: Kubernetes) => Promise<unknown>, object][] = [
    [
      'listPersistentVolumes, of the whole cluster',
      (kubernetes) => kubernetes.listPersistentVolumes(),
      { method: 'GET', path: '/api/v1/persistentvolumes' },
    ],
    [
      'listPersistentVolumeClaims of all namespaces',
      (kubernetes) => kubernetes.listPersistentVolumeClaims({}),
      { method: 'GET', path: '/api/v1/persistentvolumeclaims' },
    ],
    [
      'listPersistentVolumeClaims of one namespace',
      (kubernetes) => kubernetes.listPersistentVolumeClaims({ namespace: 'web' }),
      { method: 'GET', path: '/api/v1/namespaces/web/persistentvolumeclaims' },
    ],
    [
      'listVolumeAttributesClasses, in v1 first',
      (kubernetes) => kubernetes.listVolumeAttributesClasses(),
      { method: 'GET', path: V1 },
    ],
    [
      'patchPersistentVolumeClaim is a merge patch of the class alone, with the version it was computed from',
      (kubernetes) => kubernetes.patchPersistentVolumeClaim(DATA, RECLASS),
      {
        method: 'PATCH',
        path: '/api/v1/namespaces/web/persistentvolumeclaims/data-db-0',
        type: 'application/merge-patch+json',
        body: RECLASS,
      },
    ],
  ];
  test.each(cases)('%s', async (_name, call, expected) => {
    const { server, kubernetes } = await cluster(() => ({ body: { items: [] } }));
    await call(kubernetes);
    const [request, ...others] = server.requests;
    expect({ ...request, type: request?.headers['content-type'] }).toMatchObject(expected);
    expect(request?.query.has('resourceVersion')).toBe(false);
    expect(others).toEqual([]);
  });

  const wrongNames: [string, (kubernetes: Kubernetes) => Promise<unknown>][] = [
    [
      'an empty claim name',
      (kubernetes) => kubernetes.patchPersistentVolumeClaim({ ...DATA, name: '' }, RECLASS),
    ],
    [
      'an empty namespace of a claim',
      (kubernetes) => kubernetes.patchPersistentVolumeClaim({ ...DATA, namespace: '' }, RECLASS),
    ],
    ['an empty namespace to list', (kubernetes) => kubernetes.listPersistentVolumeClaims({ namespace: '' })],
  ];
  test.each(wrongNames)('%s is never sent: it would mean other objects', async (_name, call) => {
    const { server, kubernetes } = await cluster(() => ({}));
    expect(await call(kubernetes).catch(failureKind)).toBe('invalid');
    expect(server.requests).toEqual([]);
  });
});

describe('VolumeAttributesClasses', () => {
  test('are read from v1beta1 where the cluster has that alone, to the last page', async () => {
    const { server, kubernetes } = await cluster(({ path, query }) => {
      if (path === V1) return { status: 404, body: '404 page not found' };
      return query.has('continue')
        ? { body: { items: [{ ...FAST, metadata: { name: 'faster' } }] } }
        : { body: { metadata: { continue: 'two' }, items: [FAST] } };
    });
    const classes = await kubernetes.listVolumeAttributesClasses();
    expect(classes.map(({ metadata }) => metadata.name)).toEqual(['fast', 'faster']);
    expect(classes[0]).toEqual(FAST);
    expect(server.requests.map(({ path }) => path)).toEqual([V1, BETA, BETA]);
  });

  test('where v1 is served the older one is not asked, also when there are none', async () => {
    const { server, kubernetes } = await cluster(() => ({ body: { items: [] } }));
    expect(await kubernetes.listVolumeAttributesClasses()).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual([V1]);
  });

  test('a cluster that knows neither has none: not-found', async () => {
    const { kubernetes } = await cluster(() => ({ status: 404, body: '404 page not found' }));
    expect(await kubernetes.listVolumeAttributesClasses().catch(failureKind)).toBe('not-found');
  });

  test.each([
    [status(403, 'Forbidden'), 'unauthorised'],
    [status(429, 'TooManyRequests'), 'throttled'],
  ])('a refusal is not taken for an older cluster: %j', async (answer, kind) => {
    const { server, kubernetes } = await cluster(() => answer);
    expect(await kubernetes.listVolumeAttributesClasses().catch(failureKind)).toBe(kind);
    expect(server.requests.map(({ path }) => path)).not.toContain(BETA);
  });
});

describe('claims and volumes', () => {
  test('are read to the end', async () => {
    const { kubernetes } = await cluster(({ query }) =>
      query.has('continue')
        ? { body: { items: [{ metadata: { name: 'b' } }] } }
        : { body: { metadata: { continue: 'two' }, items: [{ metadata: { name: 'a' } }] } },
    );
    const names = (objects: { metadata?: { name?: string } }[]) =>
      objects.map(({ metadata }) => metadata?.name);
    expect(names(await kubernetes.listPersistentVolumes())).toEqual(['a', 'b']);
    expect(names(await kubernetes.listPersistentVolumeClaims({}))).toEqual(['a', 'b']);
  });

  test('a claim that changed since it was read is a conflict, one that is gone not-found', async () => {
    let answer: ReturnType<Handler> = status(409, 'Conflict');
    const { kubernetes } = await cluster(() => answer);
    const patch = () => kubernetes.patchPersistentVolumeClaim(DATA, RECLASS);
    expect(await patch().catch(failureKind)).toBe('conflict');
    answer = status(404, 'NotFound');
    expect(await patch().catch(failureKind)).toBe('not-found');
  });
});
