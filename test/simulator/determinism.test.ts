import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Kubernetes, Pod } from '../../shared/ports/kubernetes.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { loadWorld } from '../../simulator/load.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { World } from '../../simulator/world.ts';
import { DEMO, noDurable, outcome, refOf } from './harness.ts';

/** Drains a node as a simple client would: parallel evictions, five seconds between rounds. */
async function drain(
  kubernetes: Kubernetes,
  node: string,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const isMovable = (pod: Pod) => pod.metadata?.ownerReferences?.[0]?.kind !== 'DaemonSet';
  await outcome(kubernetes.patchNode(node, { spec: { unschedulable: true } }));
  for (let round = 0; round < 24; round++) {
    const pods = (await kubernetes.listPods({ nodeName: node })).filter(isMovable);
    const staying = pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
    if (pods.length === 0) return;
    await Promise.all(staying.map((pod) => outcome(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }))));
    await sleep(5_000);
  }
}

async function history(seed: number): Promise<string> {
  const file = new URL('../../simulator/worlds/fleet.yaml', import.meta.url);
  const world = new World(loadWorld(await readFile(file, 'utf8')));
  const faults = new FaultPlan([{ method: 'evictPod', percent: 20, fault: { kind: 'transient' } }], seed);
  const ports = simulatedPorts(world, { durable: noDurable, faults });
  const work = async () => {
    const kubernetes = await ports.kubernetes.connect({ ...DEMO, name: 'payments' });
    world.interrupt('spot-a/3');
    world.interrupt('spot-b/1', 'stop', world.clock.now() + 7_000);
    const names = [world.instance('spot-a/3'), world.instance('spot-b/1')].map(
      (entry) => entry.privateDnsName,
    );
    await Promise.all(names.map((name) => drain(kubernetes, name, ports.clock.sleep)));
  };
  await world.clock.run(work());
  await world.clock.advance(600_000);
  expect(world.endings().length).toBeGreaterThan(10);
  return JSON.stringify({
    calls: world.calls.calls,
    events: world.events,
    endings: world.endings(),
    nodes: world.nodes(),
  });
}

describe('determinism', () => {
  it('gives the same history for the same world and seed, call by call', async () => {
    const first = await history(1);
    expect(await history(1)).toBe(first);
    expect(await history(2)).not.toBe(first);
  });
});
