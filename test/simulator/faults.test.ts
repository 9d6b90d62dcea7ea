import { describe, expect, it } from 'vitest';
import type { FaultRuleInput } from '../../simulator/faults.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { Process } from '../../simulator/process.ts';
import { bench, demoCluster, noDurable, outcome, refOf } from './harness.ts';

async function setUp(faults: FaultRuleInput[] = [], seed = 1) {
  const workloads = [{ name: 'web', replicas: 3, kind: 'StatefulSet' as const }];
  const made = await bench({ clusters: [demoCluster({ workloads })] }, { faults, seed });
  const id = made.world.instance('workers/0').id;
  const name = made.world.nodes()[0]?.name ?? '';
  return { ...made, id, name };
}

const onCordon = { port: 'kubernetes' as const, method: 'patchNode' };
const cordon = { spec: { unschedulable: true } };

describe('injected faults', () => {
  it('crashes before the effect: nothing happened and nobody hears of it', async () => {
    const { world, process, kubernetes, run, name } = await setUp([
      { ...onCordon, fault: { kind: 'crash-before' } },
    ]);
    let handled = false;
    const work = kubernetes.patchNode(name, cordon).finally(() => {
      handled = true;
    });
    await run(Promise.race([work, process.dead]));
    await world.clock.advance(60_000);
    expect(process.alive).toBe(false);
    expect(handled).toBe(false);
    expect(world.nodes()[0]?.unschedulable).toBe(false);
  });

  it('crashes after the effect: it happened and nobody hears of it', async () => {
    const { world, process, kubernetes, run, name } = await setUp([
      { ...onCordon, fault: { kind: 'crash-after' } },
    ]);
    const answered = run(Promise.race([kubernetes.patchNode(name, cordon), process.dead]));
    expect(await answered).toBeUndefined();
    expect(world.nodes()[0]?.unschedulable).toBe(true);
    expect(world.calls.calls.at(-1)).toMatchObject({ applied: true, fault: 'crash-after' });
  });

  it('lets a dead process neither call nor sleep, and the next one go on', async () => {
    const { world, process, ports, kubernetes, run, name } = await setUp();
    const ends: string[] = [];
    void ports.clock.sleep(1_000).then(() => ends.push('sleep begun before'));
    void kubernetes.getNode(name).then(() => ends.push('call under way'));
    process.kill();
    void ports.clock.sleep(1).then(() => ends.push('sleep begun after'));
    void kubernetes.getNode(name).then(() => ends.push('call made after'));
    const calls = world.calls.calls.length;
    await world.clock.advance(60_000);
    expect(ends).toEqual([]);
    expect(world.calls.calls).toHaveLength(calls);
    const next = simulatedPorts(world, { durable: noDurable, process: new Process('next') });
    expect(await run(next.eks.listClusters())).toEqual(['demo']);
    expect(world.calls.calls.at(-1)).toMatchObject({ n: calls + 1, process: 'next' });
  });

  it('crashes at the k-th call of the whole run', async () => {
    const { world, process, ports, run } = await setUp([{ call: 3, fault: { kind: 'crash-before' } }]);
    const work = async () => {
      for (;;) await ports.eks.listClusters();
    };
    await run(Promise.race([work(), process.dead]));
    expect(world.calls.calls.map((call) => [call.n, call.fault])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'crash-before'],
    ]);
  });

  it.each([
    [
      { kind: 'throttle' as const, retryAfter: '3s' },
      { kind: 'throttled', retryAfterMs: 3_000 },
    ],
    [{ kind: 'transient' as const }, { kind: 'transient' }],
    [{ kind: 'unreachable' as const }, { kind: 'unreachable' }],
    [{ kind: 'unauthorised' as const }, { kind: 'unauthorised', operation: 'patch /nodes' }],
  ])('fails without effect: %o', async (fault, expected) => {
    const { world, kubernetes, run, name } = await setUp([{ ...onCordon, fault }]);
    await expect(run(kubernetes.patchNode(name, cordon))).rejects.toMatchObject(expected);
    expect(world.nodes()[0]?.unschedulable).toBe(false);
  });

  it('hangs for the time given, then counts as unreachable; slow answers after all', async () => {
    const faults: FaultRuleInput[] = [
      { ...onCordon, nth: 1, fault: { kind: 'hang', for: '60s' } },
      { ...onCordon, nth: 2, fault: { kind: 'slow', for: '30s' } },
    ];
    const { world, kubernetes, run, name } = await setUp(faults);
    const start = world.clock.now();
    expect(await outcome(run(kubernetes.patchNode(name, cordon)))).toBe('unreachable');
    expect(world.clock.now() - start).toBe(60_002);
    expect(await outcome(run(kubernetes.patchNode(name, cordon)))).toBe('ok');
    expect(world.clock.now() - start).toBe(90_004);
  });

  it('loses a reply after the effect', async () => {
    const { world, kubernetes, run, name } = await setUp([{ ...onCordon, fault: { kind: 'lost-reply' } }]);
    expect(await outcome(run(kubernetes.patchNode(name, cordon)))).toBe('unreachable');
    expect(world.nodes()[0]?.unschedulable).toBe(true);
  });

  it('doubles an effect, and the caller hears the second answer', async () => {
    const { world, ports, run } = await setUp([{ method: 'putNew', fault: { kind: 'duplicate' } }]);
    expect(await run(ports.table.putNew({ pk: 'a', sk: 'b' }))).toBe(false);
    expect(world.table.items()).toHaveLength(1);
  });

  it('counts from and until over the calls that match', async () => {
    const rule = { method: 'listClusters', from: 2, until: 3, fault: { kind: 'transient' as const } };
    const { ports, run, name, kubernetes } = await setUp([rule]);
    const seen: string[] = [];
    for (let round = 0; round < 4; round++) {
      await run(kubernetes.getNode(name));
      seen.push(await outcome(run(ports.eks.listClusters())));
    }
    expect(seen).toEqual(['ok', 'transient', 'transient', 'ok']);
  });

  it('hits a share of the calls, the same ones for the same seed', async () => {
    const pattern = async (seed: number) => {
      const rule = { port: 'eks' as const, percent: 30, fault: { kind: 'throttle' as const } };
      const { ports, run } = await setUp([rule], seed);
      let seen = '';
      for (let round = 0; round < 200; round++) seen += (await outcome(run(ports.eks.listClusters())))[0];
      return seen;
    };
    const first = await pattern(7);
    expect(await pattern(7)).toBe(first);
    expect(await pattern(8)).not.toBe(first);
    const share = first.split('t').length - 1;
    expect(share).toBeGreaterThan(35);
    expect(share).toBeLessThan(85);
  });

  it('answers Kubernetes and EC2 reads from the past when stale', async () => {
    const stale = { kind: 'stale' as const, for: '30s' };
    const { world, ports, kubernetes, run, id, name } = await setUp([
      { port: 'kubernetes', method: 'listPods', nth: 2, fault: stale },
      { port: 'kubernetes', method: 'getNode', nth: 1, fault: stale },
      { port: 'ec2', nth: 1, fault: stale },
    ]);
    await world.clock.advance(60_000);
    const before = await run(kubernetes.listPods({ nodeName: name }));
    await run(kubernetes.evictPod(refOf(before[0]), { graceSeconds: 30 }));
    await run(kubernetes.patchNode(name, cordon));
    world.terminate(id);
    await world.clock.advance(10_000);
    expect(await run(kubernetes.listPods({ nodeName: name }))).toEqual(before);
    expect((await run(kubernetes.getNode(name))).spec?.unschedulable).toBeUndefined();
    expect((await run(kubernetes.getNode(name))).spec?.unschedulable).toBe(true);
    expect(await run(ports.ec2.describeInstances([id]))).toMatchObject([{ state: 'running' }]);
    expect(await run(ports.ec2.describeInstances([id]))).toMatchObject([{ state: 'shutting-down' }]);
  });

  it('lets time pass with every call', async () => {
    const { world, ports, kubernetes, run, name } = await setUp();
    const start = world.clock.now();
    await run(ports.eks.listClusters());
    await run(kubernetes.getNode(name));
    expect(world.clock.now() - start).toBe(7);
  });
});
