import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { play } from '../support/play.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident, type Simulated } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const holding = { ...defaultPolicy, terminationHooks: { names: ['drain'], drainWithin: HOUR_MS } };
const blocked = [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }];

function hooked(heartbeat: string, budgets = blocked) {
  return statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat }] }, { budgets });
}

function hook({ world }: Simulated) {
  return world.fleet.lifecycleActions[0];
}

describe('hooks with a short heartbeat', () => {
  test('one minute: held for the whole hour behind a budget, then completed', async () => {
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked('60s'), policy: holding },
      59 * MINUTE_MS,
    );
    expect(hook(run)?.endedAt).toBeUndefined();
    await run.world.clock.advance(3 * MINUTE_MS);
    expect(hook(run)).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
  });

  test('thirty seconds: held to the end of the hundred heartbeats the group allows, and completed before', async () => {
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked('30s'), policy: holding },
      55 * MINUTE_MS,
    );
    const { begunAt = 0, endedAt = 0 } = hook(run) ?? {};
    expect(hook(run)).toMatchObject({ endedBy: 'completed' });
    expect(endedAt - begunAt).toBeGreaterThan(45 * MINUTE_MS);
    expect(endedAt - begunAt).toBeLessThan(50 * MINUTE_MS);
  });

  test('a group that cannot be read for three minutes loses no heartbeat and stops no drain', async () => {
    const faults = new FaultPlan();
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked('60s'), policy: holding, faults },
      MINUTE_MS,
    );
    const takeBack = faults.add({
      port: 'autoscaling',
      method: 'describeGroup',
      fault: { kind: 'throttle' },
    });
    await run.world.clock.advance(3 * MINUTE_MS);
    takeBack();
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(hook(run)?.endedAt).toBeUndefined();
    expect((await onlyIncident(run.simulation)).status).toBe('open');
  });

  test('a heartbeat that is forbidden does not make the run spin: people can still answer an hour later', async () => {
    const faults = new FaultPlan([
      { port: 'autoscaling', method: 'recordHeartbeat', fault: { kind: 'unauthorised' } },
    ]);
    const policy = { ...holding, drain: { ...holding.drain, inApproveMode: 'ask' as const } };
    const options = { world: hooked('2h'), policy, mode: 'approve' as const, faults };
    const run = await play((world) => world.scaleIn('spot/0'), options, 55 * MINUTE_MS);
    const incident = await onlyIncident(run.simulation);
    expect(incident.status).toBe('open');
    expect(incident.rounds).toBeLessThan(20);
  });

  test('EC2 throttled while a question is open: it is not asked every second', async () => {
    const faults = new FaultPlan([
      { port: 'ec2', process: 'remediate', from: 4, fault: { kind: 'throttle' } },
    ]);
    const policy = { ...holding, drain: { ...holding.drain, inApproveMode: 'ask' as const } };
    const options = { world: hooked('3m'), policy, mode: 'approve' as const, faults };
    const run = await play((world) => world.scaleIn('spot/0'), options, 10 * MINUTE_MS);
    const reads = run.world.calls.calls.filter(
      ({ port, process }) => port === 'ec2' && process === 'remediate',
    );
    expect(reads.length).toBeLessThan(150);
  });

  test('the config changes and changes back in the middle of the drain: it goes on where it was', async () => {
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked('30m'), policy: holding },
      5 * MINUTE_MS,
    );
    const before = hook(run)?.heartbeats.length ?? 0;
    run.setMode('observe');
    run.setMode('auto');
    await run.world.clock.advance(50 * MINUTE_MS);
    expect(hook(run)?.endedAt).toBeUndefined();
    expect(hook(run)?.heartbeats.length).toBeGreaterThan(before);
    run.world.runtime('prod').budgets.change('web/api', { maxUnavailable: 2 });
    await run.world.clock.advance(4 * MINUTE_MS);
    expect(hook(run)).toMatchObject({ endedBy: 'completed' });
    expect(cutOff(run.world)).toEqual([]);
  });

  test.each(Array.from({ length: 12 }, (_, index) => 300 + index))(
    'a hold of %i s is completed at its end, whatever the rounds are',
    async (seconds) => {
      const faults = new FaultPlan([{ port: 'ec2', fault: { kind: 'slow', for: '3s' } }]);
      const policy = { ...holding, terminationHooks: { names: ['drain'], drainWithin: seconds * 1000 } };
      const run = await play(
        (world) => world.scaleIn('spot/0'),
        { world: hooked('10m'), policy, faults },
        9 * MINUTE_MS,
      );
      expect(hook(run)).toMatchObject({ endedBy: 'completed' });
    },
  );
});
