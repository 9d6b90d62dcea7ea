import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { answer, methods, play } from '../support/play.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const launch = {
  ...defaultPolicy,
  rebalance: { ...defaultPolicy.rebalance, action: 'launch-then-drain' as const },
};

describe('launch, then drain: nothing is given up for less than a replacement', () => {
  test('a cordon that fails leads to no release of a node with pods', async () => {
    const faults = new FaultPlan([
      { port: 'kubernetes', method: 'patchNode', fault: { kind: 'unauthorised' } },
    ]);
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch, faults }, 2 * HOUR_MS);
    await run.simulation.settle();
    expect(methods(run)).not.toContain('terminateInGroup');
    expect(cutOff(run.world)).toEqual([]);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('escalated');
  });

  test('in mode approve each part is asked for when its turn has come, and a late yes to the first does nothing', async () => {
    const run = await play(
      (world) => world.rebalance('spot/0'),
      { policy: launch, mode: 'approve' },
      MINUTE_MS,
    );
    const asked = async () => (await onlyIncident(run.simulation)).questions.map(({ step }) => step.action);
    expect(await asked()).toEqual(['add-capacity']);
    await answer(run, 'add-capacity', 'approved');
    await run.world.clock.advance(3 * MINUTE_MS);
    expect(await asked()).toEqual(['add-capacity', 'cordon', 'drain']);
    await answer(run, 'cordon', 'denied');
    await run.simulation.settle(2 * HOUR_MS);
    expect(methods(run)).toEqual(['setDesiredCapacity']);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.details.join()).toContain(
      'stays at a desired capacity of 4, one more than before',
    );
  });

  test('nobody answered: no node is added, nothing else is asked', async () => {
    const run = await play(
      (world) => world.rebalance('spot/0'),
      { policy: launch, mode: 'approve' },
      HOUR_MS,
    );
    await run.simulation.settle(13 * HOUR_MS);
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('expired');
  });

  test('pods that keep their local data keep the node', async () => {
    const [cluster] = statefulWorld().clusters;
    const cache = { name: 'cache', namespace: 'web', replicas: 3, emptyDir: true };
    const world = {
      clusters: [
        { ...cluster, name: 'prod', groups: cluster?.groups ?? [], workloads: [cache], budgets: [] },
      ],
    };
    const policy = { ...launch, drain: { ...launch.drain, emptyDir: 'skip' as const } };
    const run = await play((of) => of.rebalance('spot/0'), { world, policy }, HOUR_MS);
    await run.simulation.settle();
    expect(methods(run)).not.toContain('terminateInGroup');
    expect(run.world.nodes().every(({ unschedulable }) => !unschedulable)).toBe(true);
  });

  test('reads that fail in the middle are waited for, never called nothing done', async () => {
    const faults = new FaultPlan();
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch, faults }, 87_000);
    const takeBack = faults.add({ port: 'autoscaling', fault: { kind: 'throttle' } });
    await run.world.clock.advance(8 * MINUTE_MS);
    expect((await onlyIncident(run.simulation)).status).toBe('open');
    takeBack();
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
    expect(run.world.fleet.groups[0]?.desired).toBe(3);
  });

  test('reads that go on failing are a person’s, and say what had been done', async () => {
    const faults = new FaultPlan();
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch, faults }, 87_000);
    faults.add({ port: 'autoscaling', fault: { kind: 'throttle' } });
    await run.world.clock.advance(HOUR_MS);
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.kind).toBe('escalated');
    expect(outcome?.details.join()).toContain('one more than before');
  });

  test('a warning while the group is raised: the emptied node goes through its group, which is back at its size', async () => {
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch }, 100_000);
    run.world.interrupt('spot/0');
    await run.world.clock.advance(10 * MINUTE_MS);
    await run.simulation.settle();
    expect(run.world.fleet.groups[0]?.desired).toBe(3);
    expect(cutOff(run.world)).toEqual([]);
  });

  test('a pod that never ends does not keep the incident open for ever', async () => {
    const [cluster] = statefulWorld().clusters;
    const stuck = { name: 'stuck', namespace: 'web', replicas: 3, grace: '40h', shutdown: '30h' };
    const world = {
      clusters: [
        { ...cluster, name: 'prod', groups: cluster?.groups ?? [], workloads: [stuck], budgets: [] },
      ],
    };
    const run = await play((of) => of.rebalance('spot/0'), { world, policy: launch }, 2 * HOUR_MS);
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
    expect(methods(run)).not.toContain('terminateInGroup');
  });

  test('the API server fails right after the raise: the outcome says that the group is one larger', async () => {
    const faults = new FaultPlan();
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch, faults }, 6_000);
    expect(run.world.fleet.groups[0]?.desired).toBe(4);
    faults.add({ port: 'kubernetes', fault: { kind: 'unreachable' } });
    await run.world.clock.advance(HOUR_MS);
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.kind).toBe('escalated');
    expect(outcome?.details.join()).toContain('one more than before');
  });

  test('the mode is lowered right after the raise: nobody says that nothing was changed', async () => {
    const run = await play((world) => world.rebalance('spot/0'), { policy: launch }, 10_000);
    run.setMode('observe');
    await run.world.clock.advance(HOUR_MS);
    await run.simulation.settle();
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.summary).not.toContain('Nothing was changed');
    expect(outcome?.details.join()).toContain('one more than before');
  });

  test('an emptied node that nobody agreed to give back is at best mitigated', async () => {
    const run = await play(
      (world) => world.rebalance('spot/0'),
      { policy: launch, mode: 'approve' },
      MINUTE_MS,
    );
    await answer(run, 'add-capacity', 'approved');
    await run.world.clock.advance(3 * MINUTE_MS);
    for (const action of ['cordon', 'drain']) await answer(run, action, 'approved');
    await run.world.clock.advance(14 * HOUR_MS);
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('mitigated');
  });
});
