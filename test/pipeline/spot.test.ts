import { describe, expect, test } from 'vitest';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { EXCLUDE_LABEL } from '../../functions/node-interruption/markers.ts';
import {
  assertAppliedOnce,
  assertNoEmptyIds,
  assertNoMutations,
  watchAuthorisation,
} from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import {
  byItsAction,
  cutOff,
  interrupt,
  mutations,
  onlyIncident,
  simulate,
  smallWorld,
} from '../support/simulate.ts';

describe('a Spot warning, from the queue to the topic', () => {
  test('terminate: pods leave in time, are Ready elsewhere, and people read it', async () => {
    const run = simulate();
    const watch = watchAuthorisation(run.world, byItsAction);
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(incident.outcome?.summary).toMatch(/^4 of 4 pods Ready elsewhere, drain took \d+ s\.$/);
    await run.world.clock.advance(300_000);
    expect(cutOff(run.world)).toEqual([]);
    watch.assert();
    assertAppliedOnce(run.world);
    assertNoEmptyIds(run.world);
  });

  test('the node is cordoned, marked as ours and out of load balancers before the first eviction', async () => {
    const { world } = await interrupt();
    const [first, ...rest] = world.calls.mutations();
    expect(first?.method).toBe('patchNode');
    expect(JSON.stringify(first?.args)).toContain(EXCLUDE_LABEL);
    expect(new Set(rest.map((call) => call.method))).toEqual(new Set(['evictPod']));
  });

  test('people hear of it when it opens and when it closes, with the numbers', async () => {
    const { world, incident } = await interrupt();
    const stages = world.topic.messages.map((message) => message.attributes['stage']);
    expect(stages[0]).toBe('opened');
    expect(stages.at(-1)).toBe('closed');
    expect(world.topic.messages.at(-1)?.body).toContain(incident.outcome?.summary);
  });

  test('DaemonSet pods are left alone', async () => {
    const { world } = await interrupt();
    expect(mutations(world).filter((line) => line.includes('logs'))).toEqual([]);
  });

  test('V7: observe changes nothing and plans exactly what auto plans', async () => {
    const observed = await interrupt({ mode: 'observe' });
    assertNoMutations(observed.world);
    expect(observed.incident.outcome?.kind).toBe('observed');
    const auto = await interrupt({ mode: 'auto' });
    const plan = (records: typeof auto.incident.records) =>
      records.map(({ step: { action, targets, goal } }) => ({ action, targets, goal }));
    expect(plan(observed.incident.records).slice(0, 2)).toEqual(plan(auto.incident.records));
  });

  test('mode off opens nothing', async () => {
    const run = simulate({ mode: 'off' });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect(await run.simulation.incidents()).toEqual([]);
    assertNoMutations(run.world);
  });

  test('stop drains too, and never deletes a not-ready pod', async () => {
    const { incident, world } = await interrupt({}, 'stop');
    expect(incident.outcome?.kind).toBe('fixed');
    expect(world.calls.calls.filter((call) => call.method === 'deletePod')).toEqual([]);
  });

  test('hibernation evicts at once with the shortest grace', async () => {
    const { world } = await interrupt({}, 'hibernate');
    const evictions = world.calls.calls.filter((call) => call.method === 'evictPod');
    expect(evictions.length).toBeGreaterThan(0);
    expect(evictions.every((call) => JSON.stringify(call.args[1]) === '{"graceSeconds":1}')).toBe(true);
  });

  test('a long grace is clamped so that no pod is cut off with its node', async () => {
    const [cluster] = smallWorld.clusters;
    if (cluster === undefined) throw new Error('no cluster');
    const slow = {
      name: 'slow',
      namespace: 'web',
      replicas: 3,
      grace: '600s',
      shutdown: '500s',
      ready: '5s',
    };
    const run = await interrupt({ world: { clusters: [{ ...cluster, workloads: [slow] }] } });
    await run.world.clock.advance(300_000);
    expect(cutOff(run.world)).toEqual([]);
    expect(run.world.endings().some((ending) => ending.how === 'killed')).toBe(true);
  });

  test('every AWS and Kubernetes call that was made is declared by the trouble', async () => {
    const { world } = await interrupt({
      policy: { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } },
    });
    const declared = [
      nodeInterruption.reads,
      ...nodeInterruption.actions.map((action) => action.permissions),
    ];
    const kubernetes = new Set(declared.flatMap((permissions) => permissions.kubernetes));
    const methods = new Set(
      world.calls.calls.filter((call) => call.port === 'kubernetes').map((call) => call.method),
    );
    const needs: Record<string, string> = {
      connect: 'list /nodes',
      listNodes: 'list /nodes',
      getNode: 'get /nodes',
      patchNode: 'patch /nodes',
      listPods: 'list /pods',
      evictPod: 'create /pods/eviction',
      listPodDisruptionBudgets: 'list policy/poddisruptionbudgets',
      listDaemonSets: 'list apps/daemonsets',
      listDeployments: 'list apps/deployments',
    };
    for (const method of methods) expect(kubernetes).toContain(needs[method]);
  });
});

describe('pods that cannot move', () => {
  const blocked = (budget: object) => {
    const [cluster] = smallWorld.clusters;
    if (cluster === undefined) throw new Error('no cluster');
    return { clusters: [{ ...cluster, budgets: [budget] }] } as typeof smallWorld;
  };

  test('a budget that never allows: the pods and the budget are named, nothing is forced', async () => {
    const world = blocked({ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 });
    const run = await interrupt({ world });
    expect(run.incident.outcome?.kind).toBe('mitigated');
    expect(run.incident.outcome?.details.join('\n')).toMatch(/blocked web\/api-\S+: held by budget web\/api/);
    expect(run.world.calls.calls.filter((call) => call.method === 'deletePod')).toEqual([]);
  });

  test('force, when configured, deletes them before the instance goes, and only in the last seconds', async () => {
    const world = blocked({ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 });
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    const run = await interrupt({ world, policy });
    const deletions = run.world.calls.calls.filter((call) => call.method === 'deletePod');
    expect(deletions.length).toBeGreaterThan(0);
    const deadline = Date.parse('2026-11-03T14:03:00Z');
    for (const call of deletions) {
      expect(call.at).toBeLessThan(deadline);
      expect(call.at).toBeGreaterThan(deadline - 31_000);
    }
  });

  test('a pod under two budgets is named with both and left to the deadline', async () => {
    const [cluster] = smallWorld.clusters;
    if (cluster === undefined) throw new Error('no cluster');
    const budgets = ['one', 'two'].map((name) => ({
      name,
      namespace: 'web',
      selector: { app: 'api' },
      maxUnavailable: 5,
    }));
    const run = await interrupt({ world: { clusters: [{ ...cluster, budgets }] } });
    expect(run.incident.outcome?.details.join('\n')).toContain('under several budgets (web/one, web/two)');
  });
});

describe('pods that are not ready and hold a budget', () => {
  const world = {
    clusters: [
      {
        name: 'prod',
        groups: [{ name: 'spot', kind: 'self-managed' as const, lifecycle: 'spot' as const, count: 3 }],
        workloads: [{ name: 'api', namespace: 'web', replicas: 6, unready: 1 }],
        budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, minAvailable: 6 }],
      },
    ],
  };

  function deleted(run: Awaited<ReturnType<typeof interrupt>>): number {
    return run.world.calls.calls.filter((call) => call.method === 'deletePod' && call.applied).length;
  }

  test('on a terminate warning they are deleted 30 s before the deadline, not earlier', async () => {
    const run = await interrupt({ world });
    expect(deleted(run)).toBe(1);
    const call = run.world.calls.calls.find(({ method }) => method === 'deletePod');
    expect(call?.at).toBeGreaterThanOrEqual(Date.parse('2026-11-03T14:02:30Z'));
  });

  test('with deleteNotReady never they stay', async () => {
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, deleteNotReady: 'never' as const } };
    expect(deleted(await interrupt({ world, policy }))).toBe(0);
  });
});
