import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../simulator/clock.ts';
import { loadWorld } from '../../simulator/load.ts';
import { bench, demoCluster, outcome, refOf } from './harness.ts';

const workloads = [{ name: 'web', replicas: 3, shutdown: '60s' }];

async function setUp(ahead: string, faults: NonNullable<Parameters<typeof bench>[1]>['faults'] = []) {
  return bench({ clusters: [demoCluster({ workloads, ahead })] }, { faults });
}

describe('an API server whose clock is wrong', () => {
  it.each([
    ['10m', '2026-11-03T14:10:00Z', 600_000],
    ['-10m', '2026-11-03T13:50:00Z', -600_000],
  ])('writes its own time (%s)', async (ahead, stamp, aheadMs) => {
    const { world, kubernetes, run } = await setUp(ahead);
    const [node] = await run(kubernetes.listNodes());
    expect(node?.metadata?.creationTimestamp).toBe(stamp);
    expect(node?.status?.conditions?.[0]?.lastTransitionTime).toBe(stamp);
    const [pod] = await run(kubernetes.listPods({}));
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    const [leaving] = await run(kubernetes.listPods({}));
    const deadline = Date.parse(leaving?.metadata?.deletionTimestamp ?? '');
    expect(Math.round((deadline - world.clock.now() - aheadMs) / 1_000)).toBe(30);
  });

  it('keeps its word on graces: the pod ends after its grace by anybody’s clock', async () => {
    const { world, kubernetes, run } = await setUp('-10m');
    const [pod] = await run(kubernetes.listPods({}));
    const before = world.clock.now();
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await run(kubernetes.deletePod(refOf(pod), { graceSeconds: 45 }));
    await world.clock.runUntil(() => world.endings().length > 0);
    expect(Math.round((world.clock.now() - before) / 1_000)).toBe(30);
  });

  it('is known from its first answer, whatever the answer is, and per connection', async () => {
    const { kubernetes, ports, run } = await setUp('10m');
    expect(kubernetes.serverAheadMs()).toBe(0);
    expect(await outcome(run(kubernetes.getNode('nowhere')))).toBe('not-found');
    expect(kubernetes.serverAheadMs()).toBe(600_000);
    const again = await run(
      ports.kubernetes.connect({ name: 'demo', account: '210987654321', region: 'eu-west-1' }),
    );
    expect(again.serverAheadMs()).toBe(0);
  });

  it('stays unknown while no answer comes through', async () => {
    const { kubernetes, run } = await setUp('10m', [{ method: 'listNodes', fault: { kind: 'unreachable' } }]);
    expect(await outcome(run(kubernetes.listNodes()))).toBe('unreachable');
    expect(kubernetes.serverAheadMs()).toBe(0);
  });

  it('is written with its sign in a world file', () => {
    const text = 'clusters: [{ name: demo, groups: [], ahead: -90s }]';
    expect(loadWorld(text).clusters[0]?.ahead).toBe(-90_000);
    expect(() => loadWorld(text.replace('-90s', '+90s'))).toThrow('write a duration with its unit');
  });
});

describe('a clock that somebody sets', () => {
  it.each([600_000, -600_000])(
    'shows another time at once (%i ms) and fires nothing early or late',
    async (ms) => {
      const clock = new VirtualClock(1_000_000);
      const fired: number[] = [];
      clock.after(5_000, () => fired.push(clock.elapsed()));
      await clock.advance(2_000);
      clock.jump(ms);
      expect(clock.now()).toBe(1_002_000 + ms);
      expect(clock.elapsed()).toBe(2_000);
      await clock.advance(2_900);
      expect(fired).toEqual([]);
      await clock.advance(200);
      expect(fired).toEqual([5_000]);
    },
  );

  it('takes a moment given after the jump by its new hands', async () => {
    const clock = new VirtualClock(0);
    clock.jump(-10_000);
    let at = 0;
    clock.at(-7_000, () => {
      at = clock.elapsed();
    });
    await clock.advance(5_000);
    expect(at).toBe(3_000);
  });

  it('does not confuse a stale read: it shows what was there so long ago', async () => {
    const fault = { kind: 'stale' as const, for: '30s' };
    const { world, kubernetes, run } = await setUp('0s', [{ method: 'getNode', nth: 2, fault }]);
    const name = world.nodes()[0]?.name ?? '';
    await run(kubernetes.getNode(name));
    await world.clock.advance(60_000);
    world.clock.jump(-600_000);
    await run(kubernetes.patchNode(name, { spec: { unschedulable: true } }));
    await world.clock.advance(10_000);
    expect((await run(kubernetes.getNode(name))).spec?.unschedulable).toBeUndefined();
    expect((await run(kubernetes.getNode(name))).spec?.unschedulable).toBe(true);
  });
});
