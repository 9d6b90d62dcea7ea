import { afterEach, describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { type FailureKind, failureKind, PortError } from '../../shared/errors.ts';
import { kubernetesAccess } from '../../shared/kubernetes/access.ts';
import type { Eks } from '../../shared/ports/eks.ts';
import { type ApiServer, apiServer } from './api-server.ts';
import { CREDENTIALS, describeTo, eksAnswering, REF, testClock } from './cluster.ts';

const NODE = { metadata: { name: 'n1' } };
const servers: ApiServer[] = [];

async function server(certificate?: 'server' | 'other'): Promise<ApiServer> {
  const made = await apiServer(() => ({ body: NODE }), certificate);
  servers.push(made);
  return made;
}

function accessTo(eks: Eks) {
  const clock = testClock();
  const credentials = async () => CREDENTIALS;
  const access = kubernetesAccess({ eks, clock, region: () => REF.region, credentials, timeoutMs: 5_000 });
  return { access, clock };
}

function failure(kind: FailureKind): PortError {
  return new PortError(kind, 'x', { operation: 'eks:DescribeCluster' });
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

describe('connecting', () => {
  test('sends nothing to the cluster', async () => {
    const { url, connections } = await server();
    await accessTo(eksAnswering(describeTo(url))).access.connect(REF);
    expect(connections()).toBe(0);
  });

  test('reads EKS once for many connects at the same time and for ten minutes after', async () => {
    const { url } = await server();
    const eks = eksAnswering(describeTo(url));
    const { access, clock } = accessTo(eks);
    await Promise.all([access.connect(REF), access.connect(REF), access.connect(REF)]);
    clock.advance(10 * MINUTE_MS - 1);
    await access.connect(REF);
    expect(eks.calls()).toBe(1);
    clock.advance(1);
    await access.connect(REF);
    expect(eks.calls()).toBe(2);
  });

  test('keeps the open connection when the cluster is where it was', async () => {
    const { url, connections } = await server();
    const { access, clock } = accessTo(eksAnswering(describeTo(url)));
    await (await access.connect(REF)).getNode('n1');
    clock.advance(11 * MINUTE_MS);
    await (await access.connect(REF)).getNode('n1');
    expect(connections()).toBe(1);
  });

  test('an unknown cluster is not-found, and is asked for again next time', async () => {
    const { url } = await server();
    const { access } = accessTo(eksAnswering(failure('not-found'), describeTo(url)));
    expect(await access.connect(REF).catch(failureKind)).toBe('not-found');
    expect(await (await access.connect(REF)).getNode('n1')).toEqual(NODE);
  });

  test('a busy EKS API does not cut off a cluster we know; a deleted cluster does', async () => {
    const { url } = await server();
    const { access, clock } = accessTo(
      eksAnswering(describeTo(url), failure('throttled'), failure('not-found')),
    );
    await access.connect(REF);
    clock.advance(11 * MINUTE_MS);
    expect(await (await access.connect(REF)).getNode('n1')).toEqual(NODE);
    expect(await access.connect(REF).catch(failureKind)).toBe('not-found');
  });

  test('a busy EKS API is a failure for a cluster we do not know', async () => {
    const { access } = accessTo(eksAnswering(failure('throttled')));
    expect(await access.connect(REF).catch(failureKind)).toBe('throttled');
  });

  test('a namesake in another account is not the cluster that was meant', async () => {
    const { url } = await server();
    const { access } = accessTo(eksAnswering(describeTo(url)));
    expect(await access.connect({ ...REF, account: '999999999999' }).catch(failureKind)).toBe('not-found');
  });

  test('another region is refused before EKS is asked', async () => {
    const eks = eksAnswering(describeTo('https://127.0.0.1:1'));
    const result = await accessTo(eks)
      .access.connect({ ...REF, region: 'us-east-1' })
      .catch(failureKind);
    expect(result).toBe('unsupported');
    expect(eks.calls()).toBe(0);
  });

  test.each(['', 'http://127.0.0.1:1'])('an endpoint of "%s" gets no token', async (endpoint) => {
    const { access } = accessTo(eksAnswering({ ...describeTo(endpoint), status: 'CREATING' }));
    expect(await access.connect(REF).catch(failureKind)).toBe('transient');
  });
});

describe('the cluster’s authority', () => {
  test('a server with another certificate is unreachable and never sees the token', async () => {
    const { url, requests } = await server('other');
    const eks = eksAnswering(describeTo(url, 'server'));
    const kubernetes = await accessTo(eks).access.connect(REF);
    expect(await kubernetes.getNode('n1').catch(failureKind)).toBe('unreachable');
    expect(requests).toEqual([]);
    expect(eks.calls()).toBe(2);
  });

  test('a rotated authority is read again once, and the same client goes on', async () => {
    const { url } = await server('other');
    const eks = eksAnswering(describeTo(url, 'server'), describeTo(url, 'other'));
    const kubernetes = await accessTo(eks).access.connect(REF);
    expect(await kubernetes.getNode('n1')).toEqual(NODE);
    expect(await kubernetes.getNode('n1')).toEqual(NODE);
    expect(eks.calls()).toBe(2);
  });
});
