import { describe, expect, test } from 'vitest';
import { OUT_OF_SERVICE_TAINT } from '../../functions/node-interruption/markers.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { play } from '../support/play.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident } from '../support/simulate.ts';
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
