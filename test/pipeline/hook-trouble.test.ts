import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { answer, play } from '../support/play.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const hooked = statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '10m' }] });
const holding = { ...defaultPolicy, terminationHooks: { names: ['drain'], drainWithin: HOUR_MS } };

describe('hooks that are in trouble', () => {
  const drainFails = new FaultPlan([
    { port: 'kubernetes', method: 'evictPod', fault: { kind: 'unauthorised' } },
  ]);

  test('a drain the API server forbids keeps the hook for the whole time, with heartbeats, and people hear at once', async () => {
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked, policy: holding, faults: drainFails },
      50 * MINUTE_MS,
    );
    const [action] = run.world.fleet.lifecycleActions;
    expect(action?.endedAt).toBeUndefined();
    expect(action?.heartbeats.length).toBeGreaterThan(10);
    expect(run.world.topic.messages.some(({ body }) => body.includes('failed: drain'))).toBe(true);
    await run.world.clock.advance(15 * MINUTE_MS);
    expect(run.world.fleet.lifecycleActions[0]).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
  });

  test('an API server that cannot be reached loses no hook: it is kept and completed at its time', async () => {
    const faults = new FaultPlan([{ port: 'kubernetes', fault: { kind: 'unreachable' } }]);
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked, policy: holding, faults },
      59 * MINUTE_MS,
    );
    expect(run.world.fleet.lifecycleActions[0]?.endedAt).toBeUndefined();
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(run.world.fleet.lifecycleActions[0]).toMatchObject({ endedBy: 'completed' });
  });

  test('while people are asked the hook is kept waiting', async () => {
    const policy = { ...holding, drain: { ...holding.drain, inApproveMode: 'ask' as const } };
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked, policy, mode: 'approve' },
      50 * MINUTE_MS,
    );
    expect(run.world.fleet.lifecycleActions[0]?.endedAt).toBeUndefined();
    for (const action of ['cordon', 'drain']) await answer(run, action, 'approved');
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(run.world.fleet.lifecycleActions[0]).toMatchObject({ endedBy: 'completed' });
    expect(cutOff(run.world)).toEqual([]);
  });

  test('a completion that is forbidden is no success: people are told, with the permission that is missing', async () => {
    const faults = new FaultPlan([
      { port: 'autoscaling', method: 'completeAction', fault: { kind: 'unauthorised' } },
    ]);
    const run = await play(
      (world) => world.scaleIn('spot/0'),
      { world: hooked, policy: holding, faults },
      5 * MINUTE_MS,
    );
    await run.simulation.settle(3 * HOUR_MS);
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.kind).toBe('escalated');
    expect(outcome?.summary).toContain('autoscaling:CompleteLifecycleAction');
  });

  test('a group that may not be held is said once and not hammered', async () => {
    const faults = new FaultPlan([
      { port: 'autoscaling', method: 'recordHeartbeat', fault: { kind: 'unauthorised' } },
    ]);
    const budgets = [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }];
    const world = statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '10m' }] }, { budgets });
    const run = await play((of) => of.scaleIn('spot/0'), { world, policy: holding, faults }, 9 * MINUTE_MS);
    const beats = run.world.calls.calls.filter(({ method }) => method === 'recordHeartbeat');
    expect(beats).toHaveLength(1);
    expect(run.world.topic.messages.some(({ body }) => body.includes('failed: hold-hook'))).toBe(true);
  });

  test('EC2 throttled around the deadline: the completion is tried again until it is through', async () => {
    const faults = new FaultPlan();
    const budgets = [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }];
    const world = statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '30m' }] }, { budgets });
    const run = await play((of) => of.scaleIn('spot/0'), { world, policy: holding, faults }, 59 * MINUTE_MS);
    const takeBack = faults.add({ port: 'ec2', fault: { kind: 'throttle' } });
    await run.world.clock.advance(2 * MINUTE_MS);
    takeBack();
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(run.world.fleet.lifecycleActions[0]).toMatchObject({ endedBy: 'completed' });
  });

  test('a drain longer than an execution may live is handed on: none is older than a day, no heartbeat is missed', async () => {
    const budgets = [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }];
    const world = statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '30m' }] }, { budgets });
    const policy = { ...holding, terminationHooks: { names: ['drain'], drainWithin: 26 * HOUR_MS } };
    const run = await play((of) => of.scaleIn('spot/0'), { world, policy }, 27 * HOUR_MS);
    await run.simulation.settle();
    const [action] = run.world.fleet.lifecycleActions;
    expect(action).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
    expect((action?.endedAt ?? 0) - (action?.begunAt ?? 0)).toBeGreaterThan(26 * HOUR_MS - 2 * MINUTE_MS);
    const beats = [action?.begunAt ?? 0, ...(action?.heartbeats ?? []), action?.endedAt ?? 0];
    expect(Math.max(...beats.slice(1).map((beat, index) => beat - (beats[index] ?? 0)))).toBeLessThan(
      30 * MINUTE_MS,
    );
    const results = run.simulation.workflows.executions().map(({ result }) => JSON.stringify(result));
    expect(results.filter((result) => result?.includes('handed over')).length).toBeGreaterThanOrEqual(2);
    expect((await onlyIncident(run.simulation)).failedAttempts).toBeUndefined();
  });
});
