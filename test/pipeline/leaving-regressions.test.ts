import { describe, expect, test } from 'vitest';
import { OUT_OF_SERVICE_TAINT } from '../../functions/node-interruption/markers.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { methods, play } from '../support/play.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident, simulate, warningBody } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

describe('a warning beside a recommendation', () => {
  test.each([{ refreshing: true }, { kind: 'managed' as const, autoRepair: true }])(
    'is treated although %j would hold back what is done on purpose',
    async (group) => {
      const run = await play((world) => world.interrupt('spot/0'), { world: statefulWorld(group) }, 3_000);
      run.world.rebalance('spot/0');
      await run.simulation.settle();
      await run.world.clock.advance(5 * MINUTE_MS);
      expect(cutOff(run.world)).toEqual([]);
      expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
    },
  );
});

describe('the out-of-service taint', () => {
  test('comes off within seconds when the machine is started while volumes still detach', async () => {
    const run = await play(
      (world) => world.stop('spot/0'),
      { world: statefulWorld({ replaceUnhealthy: false }) },
      46_000,
    );
    run.world.start('spot/0');
    await run.world.clock.advance(30_000);
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.instance('spot/0').privateDnsName);
    expect((node?.spec.taints ?? []).filter(({ key }) => key === OUT_OF_SERVICE_TAINT)).toEqual([]);
  });
});

describe('what could not be lifted', () => {
  test('is not called lifted', async () => {
    const policy = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };
    const faults = new FaultPlan([
      { port: 'kubernetes', method: 'patchNode', from: 2, fault: { kind: 'unauthorised' } },
    ]);
    const run = await play((world) => world.rebalance('spot/0'), { policy, faults }, 2 * HOUR_MS);
    await run.simulation.settle();
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome).toMatchObject({ kind: 'escalated' });
    expect(outcome?.summary).toContain('could not be lifted');
  });
});

describe('reads that fail while a machine goes down', () => {
  test('one throttled EC2 read takes no taint off a stopped machine, and none stays in the end', async () => {
    const faults = new FaultPlan([
      { port: 'ec2', process: 'remediate', nth: 4, fault: { kind: 'unauthorised' } },
    ]);
    const world = statefulWorld({ replaceUnhealthy: false });
    const run = await play((of) => of.stop('spot/0'), { world, faults }, 30 * MINUTE_MS);
    await run.simulation.settle();
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.instance('spot/0').privateDnsName);
    expect((node?.spec.taints ?? []).filter(({ key }) => key === OUT_OF_SERVICE_TAINT)).toEqual([]);
    expect(methods(run).filter((method) => method === 'patchNode').length).toBeLessThanOrEqual(2);
  });

  test('pods that could not be listed are not no pods: people hear that something may be lost', async () => {
    const faults = new FaultPlan([
      { port: 'kubernetes', method: 'listPods', process: 'remediate', fault: { kind: 'throttle' } },
    ]);
    const run = await play((of) => of.terminate('spot/0'), { faults }, 10 * MINUTE_MS);
    await run.simulation.settle();
    expect(run.world.topic.messages.length).toBeGreaterThan(0);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('escalated');
  });

  test('pods that nobody may free are followed for the verification time and no longer', async () => {
    const policy = { ...defaultPolicy, stateChange: { ...defaultPolicy.stateChange, outOfService: false } };
    const world = statefulWorld({ replaceUnhealthy: false });
    const run = await play((of) => of.stop('spot/0'), { world, policy }, 30 * MINUTE_MS);
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
    expect(incident.rounds).toBeLessThan(60);
  });
});

describe('news that looks like the end of an old story', () => {
  test('a stop after a warning that came to nothing frees the pods that came back meanwhile', async () => {
    const world = statefulWorld({ replaceUnhealthy: false });
    const run = simulate({ world, loses: (event) => event['detail-type'].includes('Interruption') });
    await run.world.clock.advance(MINUTE_MS);
    run.simulation.send('node-interruption', warningBody(run.world, 'false-alarm'));
    await run.world.clock.advance(20 * MINUTE_MS);
    await run.simulation.sweep();
    expect(run.world.nodes().some(({ unschedulable }) => unschedulable)).toBe(false);
    run.world.stop('spot/0');
    await run.world.clock.advance(10 * MINUTE_MS);
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.generation).toBe(2);
    expect(
      run.world
        .nodes()
        .find(({ state }) => state === 'stopped')
        ?.pods.filter((pod) => !pod.includes('logs')),
    ).toEqual([]);
  });

  test('a warning that comes four minutes late is told: the lane may be slow', async () => {
    const run = simulate();
    await run.world.clock.advance(MINUTE_MS);
    const body = warningBody(run.world, 'late');
    await run.world.clock.advance(4 * MINUTE_MS);
    run.simulation.send('node-interruption', body);
    await run.simulation.settle();
    expect(run.world.topic.messages.length).toBeGreaterThan(0);
  });

  test('three signals in one moment wake one run, and none of them takes it for dead', async () => {
    const policy = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };
    const run = await play((world) => world.rebalance('spot/0'), { policy }, 10 * MINUTE_MS);
    run.simulation.send('node-interruption', warningBody(run.world, 'one'));
    run.simulation.send('node-interruption', warningBody(run.world, 'two', 'stop'));
    run.world.rebalance('spot/0');
    await run.simulation.settle();
    expect(await onlyIncident(run.simulation)).toMatchObject({ attempt: 1 });
  });
});
