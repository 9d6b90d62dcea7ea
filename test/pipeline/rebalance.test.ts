import { describe, expect, test } from 'vitest';
import type { NodeInterruptionPolicy } from '../../functions/node-interruption/policy.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoMutations, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, cutOff, onlyIncident, type SimulateOptions, simulate } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

type Reaction = NodeInterruptionPolicy['rebalance']['action'];

function reacting(action: Reaction, groups: Record<string, Reaction> = {}): NodeInterruptionPolicy {
  return { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action, groups } };
}

async function recommend(
  policy: NodeInterruptionPolicy,
  options: SimulateOptions = {},
  forMs = 20 * MINUTE_MS,
) {
  const run = simulate({ world: statefulWorld(), policy, ...options });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(60_000);
  run.world.rebalance('spot/0');
  await run.world.clock.advance(forMs);
  watch.assert();
  assertAppliedOnce(run.world);
  return run;
}

function methods(world: World): string[] {
  return world.calls.mutations().map(({ method }) => method);
}

function isCordoned(world: World): boolean | undefined {
  return world.nodes().find(({ id }) => id === world.instance('spot/0').id)?.unschedulable;
}

describe('a rebalance recommendation', () => {
  test('is ignored by default: nothing opens', async () => {
    const { world, simulation } = await recommend(defaultPolicy);
    expect(await simulation.incidents()).toEqual([]);
    assertNoMutations(world);
  });

  test('one group may react while the others ignore it', async () => {
    const name = simulate({ world: statefulWorld() }).world.fleet.groups[0]?.asg ?? '';
    const chosen = await recommend(reacting('ignore', { [name]: 'cordon' }));
    expect(isCordoned(chosen.world)).toBe(true);
    const other = await recommend(reacting('ignore', { another: 'cordon' }));
    assertNoMutations(other.world);
    expect(other.world.topic.messages).toEqual([]);
  });
});

describe('cordon', () => {
  test('stays for its time and is lifted when no interruption follows; pods are never touched', async () => {
    const run = await recommend(reacting('cordon'), {}, 59 * MINUTE_MS);
    expect(isCordoned(run.world)).toBe(true);
    await run.world.clock.advance(2 * MINUTE_MS);
    await run.simulation.settle();
    expect(isCordoned(run.world)).toBe(false);
    expect(methods(run.world)).toEqual(['patchNode', 'patchNode']);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('undone');
  });

  test('a later warning wakes the same incident: one cordon, one drain', async () => {
    const run = await recommend(reacting('cordon'));
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 1, attempt: 1, outcome: { kind: 'fixed' } });
    expect(incident.records.map(({ step }) => step.action)).toEqual(['cordon', 'drain']);
    expect(methods(run.world).filter((method) => method === 'patchNode')).toHaveLength(1);
    expect(cutOff(run.world)).toEqual([]);
    expect(incident.plan?.findings.map(({ cause }) => cause).join()).toContain(
      'AWS recommended to rebalance 20 m',
    );
  });

  test('a warning that finds the run dead in its sleep starts another one at once', async () => {
    const run = await recommend(reacting('cordon'));
    const [execution] = run.simulation.workflows.executions();
    run.simulation.workflows.stop(execution?.name ?? '');
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect(await onlyIncident(run.simulation)).toMatchObject({ attempt: 2, outcome: { kind: 'fixed' } });
    expect(cutOff(run.world)).toEqual([]);
  });

  test('a run that died while the cordon stood: the sweep lifts it, late but surely', async () => {
    const run = await recommend(reacting('cordon'));
    const [execution] = run.simulation.workflows.executions();
    run.simulation.workflows.stop(execution?.name ?? '');
    for (let passed = 0; passed < 90 * MINUTE_MS; passed += 5 * MINUTE_MS) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.simulation.sweep();
    }
    await run.simulation.settle();
    expect(isCordoned(run.world)).toBe(false);
  });

  test('a cordon somebody else made meanwhile stays', async () => {
    const run = await recommend(reacting('cordon'), { mode: 'observe' });
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.instance('spot/0').privateDnsName);
    if (node === undefined) throw new Error('no node');
    run.world.runtime('prod').cluster.putNode({ ...node, spec: { ...node.spec, unschedulable: true } });
    run.setMode('auto');
    await run.world.clock.advance(2 * HOUR_MS);
    await run.simulation.sweep();
    expect(isCordoned(run.world)).toBe(true);
  });
});

describe('launch, then drain', () => {
  test('no pod leaves before the additional node is Ready, and the group ends at its old size', async () => {
    const run = await recommend(reacting('launch-then-drain'));
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('fixed');
    expect(incident.records.map(({ step, state }) => `${step.action} ${state}`)).toEqual([
      'add-capacity done',
      'cordon done',
      'drain done',
      'release done',
    ]);
    const joined = run.world.nodes().filter(({ node }) => node === 'ready');
    expect(joined).toHaveLength(3);
    expect(run.world.fleet.groups[0]?.desired).toBe(3);
    expect(cutOff(run.world)).toEqual([]);
    const firstEviction = run.world.calls.calls.find(({ method }) => method === 'evictPod');
    // Launch and join take 80 s in this world.
    expect(firstEviction?.at).toBeGreaterThan(Date.parse('2026-11-03T14:02:20Z'));
  });

  test('T18: no capacity for the replacement: no running capacity is given up, and the group is as before', async () => {
    const world = statefulWorld({ launchFails: true });
    const run = await recommend(reacting('launch-then-drain'), { world });
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome).toMatchObject({ kind: 'refused' });
    expect(incident.outcome?.summary).toContain('no replacement came up');
    expect(methods(run.world)).toEqual(['setDesiredCapacity', 'setDesiredCapacity']);
    expect(run.world.fleet.groups[0]?.desired).toBe(3);
    expect(isCordoned(run.world)).toBe(false);
  });

  test('a group at its maximum is left alone, with the reason', async () => {
    const run = await recommend(reacting('launch-then-drain'), { world: statefulWorld({ max: 3 }) });
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.summary).toContain('at its maximum of 3');
  });

  test('pods that cannot leave keep the node: it is used again and people learn what held them', async () => {
    const budget = { name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 };
    const run = await recommend(
      reacting('launch-then-drain'),
      { world: statefulWorld({}, { budgets: [budget] }) },
      2 * HOUR_MS,
    );
    await run.simulation.settle();
    expect(isCordoned(run.world)).toBe(false);
    expect(methods(run.world)).not.toContain('terminateInGroup');
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome?.kind).toBe('mitigated');
    expect(outcome?.details.join()).toContain('held by budget web/api');
  });

  test('a Spot warning while the replacement is still coming: the pods leave at once', async () => {
    const run = await recommend(reacting('launch-then-drain'), {}, 30_000);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 1, outcome: { kind: 'fixed' } });
    expect(cutOff(run.world)).toEqual([]);
  });

  test('where the group rebalances by itself, its replacement is awaited and nothing is launched twice', async () => {
    const world = statefulWorld({
      capacityRebalance: true,
      terminateHooks: [{ name: 'wait', heartbeat: '10m' }],
    });
    const run = await recommend(reacting('launch-then-drain'), { world });
    expect(methods(run.world)).not.toContain('setDesiredCapacity');
    expect(methods(run.world)).not.toContain('terminateInGroup');
    expect(methods(run.world)).toContain('evictPod');
    expect(cutOff(run.world)).toEqual([]);
  });

  test('mode approve asks before anything: nobody takes this node', async () => {
    const run = await recommend(reacting('launch-then-drain'), { mode: 'approve' }, MINUTE_MS);
    assertNoMutations(run.world);
    const { questions } = await onlyIncident(run.simulation);
    expect(questions.map(({ step }) => step.action)).toContain('add-capacity');
  });
});

describe('a managed node group', () => {
  const managed = statefulWorld({ kind: 'managed', capacityRebalance: true });

  test('is watched: EKS launches and drains by itself, and nothing is drained twice', async () => {
    const run = await recommend(reacting('launch-then-drain'), { world: managed }, 40 * MINUTE_MS);
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect(run.world.topic.messages).toEqual([]);
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
  });

  test('where EKS’s own drain is stuck, people learn which pods and budgets hold it', async () => {
    const budget = { name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 };
    const stuck = statefulWorld({ kind: 'managed', capacityRebalance: true }, { budgets: [budget] });
    const faults = new FaultPlan();
    const run = simulate({ world: stuck, policy: reacting('cordon'), faults });
    await run.world.clock.advance(60_000);
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.instance('spot/0').privateDnsName);
    if (node === undefined) throw new Error('no node');
    run.simulation.send('node-interruption', JSON.stringify(recommendation(run.world)));
    run.world.runtime('prod').cluster.putNode({ ...node, spec: { ...node.spec, unschedulable: true } });
    await run.world.clock.advance(40 * MINUTE_MS);
    await run.simulation.settle();
    const { outcome } = await onlyIncident(run.simulation);
    expect(outcome).toMatchObject({ kind: 'escalated' });
    expect(outcome?.details.join()).toMatch(/web\/api-\S+: budgets web\/api/);
    assertNoMutations(run.world);
  });
});

function recommendation(world: World) {
  const { account, region } = world.spec;
  return {
    id: 'recommended',
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance Rebalance Recommendation',
    account,
    region,
    time: new Date(world.clock.now()).toISOString(),
    detail: { 'instance-id': world.instance('spot/0').id },
  };
}
