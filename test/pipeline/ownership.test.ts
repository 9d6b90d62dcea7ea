import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { onlyIncident, simulate, TROUBLE } from '../support/simulate.ts';

type Group = WorldInput['clusters'][number]['groups'][number];

function worldWith(
  group: Partial<Group>,
  workloads: WorldInput['clusters'][number]['workloads'] = [],
): WorldInput {
  const api = { name: 'api', namespace: 'web', replicas: 4 };
  return {
    clusters: [
      {
        name: 'prod',
        groups: [{ name: 'spot', kind: 'self-managed', count: 2, ...group }],
        workloads: [api, ...workloads],
      },
    ],
  };
}

async function warned(world: WorldInput) {
  const run = simulate({ world });
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.simulation.settle();
  return run;
}

describe('whose node it is', () => {
  test.each([
    ['Karpenter', { kind: 'karpenter' as const }, 'Karpenter owns this node'],
    ['EKS Auto Mode', { kind: 'auto-mode' as const }, 'EKS Auto Mode owns this node'],
  ])('T29: a node of %s is left to it, with the reason', async (_name, group, reason) => {
    const run = await warned(worldWith(group));
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('refused');
    expect(incident.outcome?.details.join()).toContain(reason);
  });

  test('T29: where AWS Node Termination Handler runs, it drains and we do not', async () => {
    const labels = { 'app.kubernetes.io/name': 'aws-node-termination-handler' };
    const nth = { name: 'nth', namespace: 'kube-system', kind: 'DaemonSet' as const, labels };
    const run = await warned(worldWith({}, [nth]));
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.details.join()).toContain(
      'Node Termination Handler',
    );
  });

  test('T14: an instance in no cluster is counted and dropped', async () => {
    const run = simulate();
    const instance = run.world.instance('spot/0');
    for (const tag of Object.keys(instance.tags)) if (tag.includes('cluster')) delete instance.tags[tag];
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect(await run.simulation.incidents()).toEqual([]);
    assertNoMutations(run.world);
    const counted = run.simulation.metrics.data.filter(
      (datum) => datum.dimensions['disposition'] === 'foreign',
    );
    expect(counted).toHaveLength(1);
  });

  test('T14: tags that name two clusters are unknown; the Node decides', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.world.instance('spot/0').tags['kubernetes.io/cluster/other'] = 'owned';
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.cluster.name).toBe('prod');
    expect(incident.outcome?.kind).toBe('refused');
    assertNoMutations(run.world);
  });

  test('T14: an id nobody knows is retried, looked for, and parked with the reason', async () => {
    const run = simulate();
    run.world.interrupt('spot/0');
    const [event] = run.world.events;
    const detail = { 'instance-id': 'i-00000000000000000', 'instance-action': 'terminate' };
    run.simulation.send(TROUBLE, JSON.stringify({ ...event, id: 'ghost', detail }));
    await run.simulation.settle();
    expect(run.world.queue.parked.map((parked) => parked.reason).join()).toContain('owner unknown');
    expect(run.world.queue.retries.length).toBeGreaterThanOrEqual(2);
  });

  test('T14: tags of our cluster without a Node in it: nothing is done', async () => {
    const faults = new FaultPlan();
    const run = simulate({ faults });
    const instance = run.world.instance('spot/0');
    run.world.runtime('prod').cluster.nodes.delete(instance.privateDnsName);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('ignored');
  });

  test('an event of another account or region is not ours', async () => {
    const run = simulate();
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const before = run.world.calls.calls.length;
    const [event] = run.world.events;
    run.simulation.send(TROUBLE, JSON.stringify({ ...event, id: 'x', account: '999999999999' }));
    run.simulation.send(TROUBLE, JSON.stringify({ ...event, id: 'y', region: 'us-east-1' }));
    await run.simulation.settle();
    expect(run.world.calls.calls.length).toBe(before);
  });
});
