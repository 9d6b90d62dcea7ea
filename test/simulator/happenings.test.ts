import { describe, expect, test } from 'vitest';
import { HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { bench, demoCluster, outcome } from './harness.ts';

const SANDBOX = { reason: 'FailedCreatePodSandBox', message: 'failed to assign an IP address to container' };
const POD = { kind: 'Pod', namespace: 'web', name: 'web-1' };

describe('Events', () => {
  test('that are said again are counted up, with the times of the first and the last', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    const { events } = world.runtime('demo');
    const first = isoTime(world.clock.now());
    events.record({ ...SANDBOX, about: POD, count: 12 });
    await world.clock.advance(MINUTE_MS);
    events.record({ ...SANDBOX, about: POD });
    const last = isoTime(world.clock.now());
    events.record({ ...SANDBOX, about: { ...POD, name: 'web-2' } });
    const found = await run(kubernetes.listEvents({ reason: SANDBOX.reason }));
    expect(found).toMatchObject([
      { involvedObject: POD, count: 13, firstTimestamp: first, lastTimestamp: last, type: 'Warning' },
      { involvedObject: { name: 'web-2' }, count: 1 },
    ]);
    expect(new Set(found.map(({ metadata }) => metadata.name)).size).toBe(2);
    expect(await run(kubernetes.listEvents({ reason: 'Pulled' }))).toEqual([]);
  });

  test('are forgotten an hour after they were last said', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    world.runtime('demo').events.record({ ...SANDBOX, about: POD });
    await world.clock.advance(HOUR_MS - MINUTE_MS);
    expect(await run(kubernetes.listEvents({ reason: SANDBOX.reason }))).toHaveLength(1);
    await world.clock.advance(2 * MINUTE_MS);
    expect(await run(kubernetes.listEvents({ reason: SANDBOX.reason }))).toEqual([]);
  });

  test('come one page at a time: 500, however many there are', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    for (let index = 0; index < 600; index++) {
      world.runtime('demo').events.record({ ...SANDBOX, about: { ...POD, name: `web-${index}` } });
    }
    expect(await run(kubernetes.listEvents({ reason: SANDBOX.reason }))).toHaveLength(500);
  });
});

describe('NodeClaims', () => {
  test('stand for the nodes of Karpenter, and go with them', async () => {
    const spot = { name: 'spot', kind: 'karpenter' as const, count: 2 };
    const fixed = { name: 'fixed', kind: 'managed' as const, count: 1 };
    const world = { clusters: [demoCluster({ groups: [spot, fixed] })] };
    const { world: made, kubernetes, run } = await bench(world);
    const claims = await run(kubernetes.listNodeClaims());
    const nodes = made.nodes().filter(({ name }) => made.instance(name).group === 'spot');
    expect(new Set(claims.map(({ status }) => status?.nodeName))).toEqual(
      new Set(nodes.map(({ name }) => name)),
    );
    for (const { metadata } of claims) expect(metadata.labels).toEqual({ 'karpenter.sh/nodepool': 'spot' });
    const gone = nodes[0]?.name ?? '';
    made.terminate(gone);
    await made.clock.advance(2 * MINUTE_MS);
    const left = (await run(kubernetes.listNodeClaims())).map(({ status }) => status?.nodeName);
    expect(left).not.toContain(gone);
    expect(left).toContain(nodes[1]?.name);
  });

  test('are unknown to a cluster without Karpenter, until a test installs one', async () => {
    const { world, kubernetes, run } = await bench({ clusters: [demoCluster()] });
    expect(await outcome(run(kubernetes.listNodeClaims()))).toBe('not-found');
    const claim = { metadata: { name: 'spot-a1', creationTimestamp: isoTime(world.clock.now()) } };
    world.runtime('demo').nodeClaims.add(claim);
    expect(await run(kubernetes.listNodeClaims())).toEqual([claim]);
  });
});
