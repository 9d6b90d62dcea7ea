import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoMutations, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, cutOff, onlyIncident, type SimulateOptions, simulate } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const HEARTBEAT_MS = 30 * MINUTE_MS;
const hooked = statefulWorld({ terminateHooks: [{ name: 'drain', heartbeat: '30m' }] });

function policyWith(names: string[], drainWithin = HOUR_MS) {
  return { ...defaultPolicy, terminationHooks: { names, drainWithin } };
}

async function scaleIn(options: SimulateOptions = {}, forMs = 10 * MINUTE_MS) {
  const run = simulate({ world: hooked, policy: policyWith(['drain']), ...options });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(60_000);
  run.world.scaleIn('spot/0');
  await run.world.clock.advance(forMs);
  return { ...run, watch };
}

function hook(world: World) {
  const [action, ...others] = world.fleet.lifecycleActions;
  if (action === undefined || others.length > 0) throw new Error('expected one lifecycle action');
  return action;
}

function hookCalls(world: World): string[] {
  const names = ['recordHeartbeat', 'completeAction'];
  return world.calls.calls.filter(({ method }) => names.includes(method)).map(({ method }) => method);
}

describe('a termination hook that the config names', () => {
  test('is held until the node is empty and then completed, so that no pod is cut off', async () => {
    const { world, simulation, watch } = await scaleIn();
    const incident = await onlyIncident(simulation);
    expect(incident.outcome?.kind).toBe('fixed');
    expect(hook(world)).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
    expect(cutOff(world)).toEqual([]);
    watch.assert();
    assertAppliedOnce(world);
  });

  test('is completed last, after the drain', async () => {
    const { world } = await scaleIn();
    const mutations = world.calls.mutations().map(({ method }) => method);
    expect(mutations.indexOf('completeAction')).toBeGreaterThan(mutations.lastIndexOf('evictPod'));
  });

  test('of a node without pods is completed at once', async () => {
    const empty = statefulWorld({ terminateHooks: ['drain'] }, { workloads: [], budgets: [] });
    const { world, simulation } = await scaleIn({ world: empty });
    expect(hook(world).endedAt).toBeLessThan(hook(world).begunAt + MINUTE_MS);
    expect((await onlyIncident(simulation)).outcome).toMatchObject({ kind: 'fixed' });
  });

  test('of an instance that never joined is completed: there is nothing to drain', async () => {
    const run = simulate({ world: hooked, policy: policyWith(['drain']) });
    run.world.runtime('prod').removeNode(run.world.instance('spot/0').privateDnsName);
    run.world.scaleIn('spot/0');
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(hook(run.world)).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
  });

  test('is completed at its deadline with what is left, and the pods and budgets are named', async () => {
    const world = statefulWorld(
      { terminateHooks: [{ name: 'drain', heartbeat: '30m' }] },
      { budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }] },
    );
    const run = await scaleIn({ world }, 2 * HOUR_MS);
    const action = hook(run.world);
    expect(action).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
    expect((action.endedAt ?? 0) - action.begunAt).toBeGreaterThan(HOUR_MS - MINUTE_MS);
    expect((action.endedAt ?? 0) - action.begunAt).toBeLessThanOrEqual(HOUR_MS);
    await run.simulation.settle();
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.kind).toBe('mitigated');
    expect(outcome?.details.join()).toMatch(/blocked web\/api-\S+: held by budget web\/api/);
  });

  test('a Spot warning in the middle of the drain sets its own deadline, in the same incident', async () => {
    const world = statefulWorld(
      { terminateHooks: [{ name: 'drain', heartbeat: '30m' }] },
      { budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }] },
    );
    const policy = { ...policyWith(['drain']), drain: { ...defaultPolicy.drain, force: true } };
    const run = await scaleIn({ world, policy }, 5 * MINUTE_MS);
    const warnedAt = run.world.clock.now();
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 1 });
    const states = incident.records.map(({ step, state }) => `${step.action} ${state}`);
    expect(states).toEqual(expect.arrayContaining(['drain superseded', 'force-delete done']));
    const forced = run.world.calls.calls.filter(({ method }) => method === 'deletePod');
    expect(forced.length).toBeGreaterThan(0);
    expect(Math.max(...forced.map(({ at }) => at))).toBeLessThan(warnedAt + 120_000);
    expect(cutOff(run.world)).toEqual([]);
  });

  test('mode approve drains and completes without asking: the group ends the node anyway', async () => {
    const { world, simulation } = await scaleIn({ mode: 'approve' });
    expect(hook(world)).toMatchObject({ endedBy: 'completed' });
    expect((await onlyIncident(simulation)).questions.map(({ step }) => step.action)).toEqual([]);
  });

  test('mode observe touches neither pods nor hook, and says what it would have done', async () => {
    const { world, simulation } = await scaleIn({ mode: 'observe' });
    assertNoMutations(world);
    expect(
      (await onlyIncident(simulation)).records.map(({ step, state }) => `${step.action} ${state}`),
    ).toEqual(['cordon observed', 'drain observed', 'complete-hook observed']);
  });

  test('nobody approved the drain: the hook is never completed by us and runs into its own timeout', async () => {
    const policy = {
      ...policyWith(['drain']),
      drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const },
    };
    const run = await scaleIn({ mode: 'approve', policy }, 3 * HOUR_MS);
    await run.simulation.settle();
    expect(hookCalls(run.world)).not.toContain('completeAction');
    expect(hook(run.world).endedBy).toBe('timed-out');
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
  });
});

describe('a termination hook that the config does not name', () => {
  test('opens nothing and is never touched: empty means none', async () => {
    const { world, simulation } = await scaleIn({ policy: policyWith([]) });
    expect(hookCalls(world)).toEqual([]);
    const incidents = await simulation.incidents();
    expect(incidents).toEqual([]);
  });

  test('beside one that is named is left alone', async () => {
    const world = statefulWorld({ terminateHooks: ['drain', 'backup'] });
    const run = await scaleIn({ world });
    const touched = run.world.calls.calls
      .filter(({ method }) => ['recordHeartbeat', 'completeAction'].includes(method))
      .map(({ args: [action] }) => (action as { hook: string }).hook);
    expect(new Set(touched)).toEqual(new Set(['drain']));
  });

  test('EKS’s own hook on a managed group is EKS’s, even if the config names it', async () => {
    const world = statefulWorld({ kind: 'managed', eksHooks: true });
    const run = await scaleIn({ world, policy: policyWith(['Terminate-LC-Hook']) });
    await run.simulation.settle();
    expect(hookCalls(run.world)).toEqual([]);
    assertNoMutations(run.world);
  });

  test('an instance that goes to the warm pool is not terminated: nothing is drained', async () => {
    const run = simulate({ world: hooked, policy: policyWith(['drain']) });
    await run.world.clock.advance(60_000);
    run.world.toWarmPool('spot/0');
    await run.world.clock.advance(MINUTE_MS);
    assertNoMutations(run.world);
    expect(await run.simulation.incidents()).toEqual([]);
  });
});

describe('a hook drain behind a budget that blocks for six hours', () => {
  test('beats in time through a crash, a restart and a new version, and completes the hook once the budget frees', async () => {
    const world = statefulWorld(
      { terminateHooks: [{ name: 'drain', heartbeat: '30m' }] },
      { budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }] },
    );
    const faults = new FaultPlan();
    const run = await scaleIn({ world, faults, policy: policyWith(['drain'], 8 * HOUR_MS) }, HOUR_MS);
    const until = run.world.fleet.lifecycleActions[0]?.begunAt ?? 0;
    // A crash in the middle of a round: the same execution goes on.
    faults.add({ port: 'kubernetes', method: 'evictPod', nth: 1, fault: { kind: 'crash-after' } });
    await everyFiveMinutes(run, 2 * HOUR_MS);
    // A new version is deployed and the old one removed: its execution ends, the sweep starts another.
    const [execution] = run.simulation.workflows.executions();
    run.simulation.workflows.stop(execution?.name ?? '');
    await everyFiveMinutes(run, until + 6 * HOUR_MS - run.world.clock.now());
    expect(hook(run.world).endedAt).toBeUndefined();
    run.world.runtime('prod').budgets.change('web/api', { maxUnavailable: 2 });
    await everyFiveMinutes(run, 30 * MINUTE_MS);
    await run.simulation.settle();
    const action = hook(run.world);
    expect(action).toMatchObject({ endedBy: 'completed', result: 'CONTINUE' });
    expect((action.endedAt ?? 0) - action.begunAt).toBeGreaterThan(6 * HOUR_MS);
    const beats = [action.begunAt, ...action.heartbeats, action.endedAt ?? 0];
    const gaps = beats.slice(1).map((beat, index) => beat - (beats[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(HEARTBEAT_MS);
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 1, attempt: 2, outcome: { kind: 'fixed' } });
    expect(cutOff(run.world)).toEqual([]);
    run.watch.assert();
    assertAppliedOnce(run.world);
  });
});

async function everyFiveMinutes(run: Awaited<ReturnType<typeof scaleIn>>, forMs: number): Promise<void> {
  const end = run.world.clock.now() + forMs;
  while (run.world.clock.now() < end) {
    await run.world.clock.advance(Math.min(5 * MINUTE_MS, end - run.world.clock.now()));
    await run.simulation.sweep();
  }
}
