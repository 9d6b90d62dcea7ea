import { describe, expect, test } from 'vitest';
import { OUT_OF_SERVICE_TAINT } from '../../functions/node-interruption/markers.ts';
import { assertAppliedOnce, assertNoMutationAfter, watchAuthorisation } from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, onlyIncident, type Simulated, simulate, warningBody } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const policy = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };

/** The first call of that name hangs for so long before it reaches its backend. */
function delayFirst(run: Simulated, method: string, whileWaiting: () => void): void {
  let isFirst = true;
  run.world.calls.onCall((call) => {
    if (call.method !== method || !isFirst) return;
    isFirst = false;
    whileWaiting();
  });
}

describe('T12: plans that are overtaken', () => {
  test('an older generation that wakes up late writes nothing and says why', async () => {
    const run = simulate({ world: statefulWorld(), policy });
    await run.world.clock.advance(60_000);
    run.world.rebalance('spot/0');
    await run.world.clock.advance(60_000);
    const first = await onlyIncident(run.simulation);
    // Closed by hand while its run sleeps, and opened again by a warning: the sleeper belongs to yesterday.
    await run.simulation.ledger.changeAny(first.id, ({ waiting: _, ...incident }) => ({
      ...incident,
      status: 'closed',
      closedAt: run.world.clock.now(),
      outcome: { kind: 'undone', summary: 'closed by a person', details: [] },
    }));
    run.world.interrupt('spot/0');
    await run.simulation.settle(3 * 3_600_000);
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 2, outcome: { kind: 'fixed' } });
    const ends = run.simulation.workflows.executions().map(({ result }) => JSON.stringify(result));
    expect(ends.join()).toContain('superseded by generation 2');
    const uncordons = run.world.calls
      .mutations()
      .filter(({ args }) => JSON.stringify(args).includes('"unschedulable":null'));
    expect(uncordons).toEqual([]);
  });

  test('the config changes between plan and act: the step is decided again before anything happens', async () => {
    const run = simulate({ world: statefulWorld() });
    const watch = watchAuthorisation(run.world, byItsAction);
    await run.world.clock.advance(60_000);
    let lowered = 0;
    // Between the announcement of the plan and its first step.
    delayFirst(run, 'publish', () => {
      run.setMode('observe');
      lowered = run.world.clock.now();
    });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    watch.assert();
    assertNoMutationAfter(run.world, lowered);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('observed');
    expect(incident.planConfig).toBe('test-observe');
  });

  test('a rung of a plan that a newer warning replaced is superseded, and each pod is asked once', async () => {
    const run = simulate({ world: statefulWorld({ terminateHooks: ['drain'] }), policy: hookPolicy() });
    await run.world.clock.advance(60_000);
    run.world.scaleIn('spot/0');
    await run.world.clock.advance(8_000);
    run.simulation.send('node-interruption', warningBody(run.world, 'late-warning'));
    await run.simulation.settle();
    assertAppliedOnce(run.world);
    const states = (await onlyIncident(run.simulation)).records.map(
      ({ step, state }) => `${step.action} ${state}`,
    );
    expect(states).toContain('drain superseded');
  });

  test('a stopped instance that was started while its taint was on its way is not left tainted', async () => {
    const run = simulate({ world: statefulWorld({ replaceUnhealthy: false }) });
    await run.world.clock.advance(60_000);
    run.world.stop('spot/0');
    delayFirst(run, 'patchNode', () => run.world.start('spot/0'));
    for (let passed = 0; passed < 1_800_000; passed += 300_000) {
      await run.world.clock.advance(300_000);
      await run.simulation.sweep();
    }
    await run.simulation.settle();
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.instance('spot/0').privateDnsName);
    expect((node?.spec.taints ?? []).filter(({ key }) => key === OUT_OF_SERVICE_TAINT)).toEqual([]);
  });
});

function hookPolicy() {
  return { ...defaultPolicy, terminationHooks: { names: ['drain'], drainWithin: 3_600_000 } };
}
