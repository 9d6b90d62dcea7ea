import { describe, expect, test } from 'vitest';
import { CORDON_ANNOTATION } from '../../functions/node-interruption/markers.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { interrupt, onlyIncident, simulate, TROUBLE, warningBody } from '../support/simulate.ts';

const detaching = { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } };

function cordonedNodes(world: World): string[] {
  return world.nodes().flatMap((node) => (node.unschedulable ? [node.name] : []));
}

/** A warning that Spot does not follow up: the instance lives on. */
async function falseAlarm(options: Parameters<typeof simulate>[0] = {}) {
  const run = simulate(options);
  await run.world.clock.advance(60_000);
  const { id } = run.world.instance('spot/0');
  run.simulation.send(TROUBLE, warningBody(run.world, 'e'));
  await run.simulation.settle();
  return { ...run, instanceId: id };
}

describe('the sweep', () => {
  test('emits its heartbeat and finds nothing to do in a calm system', async () => {
    const run = simulate();
    const report = await run.simulation.sweep();
    expect(report).toEqual({ open: 0, lines: [] });
    expect(run.simulation.metrics.data.map((datum) => datum.name)).toContain('Heartbeat');
    expect(run.world.topic.messages).toEqual([]);
  });

  test('starts an incident that was opened and never started', async () => {
    const faults = new FaultPlan([
      { port: 'durable', method: 'start', fault: { kind: 'unreachable' }, until: 5 },
    ]);
    const run = simulate({ faults });
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    await run.world.clock.advance(12_000);
    await run.simulation.sweep();
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
  });

  test('a run that was stopped from outside is started again, and its successor ends the incident', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    await run.world.clock.advance(3_000);
    const [execution] = run.simulation.workflows.executions();
    run.simulation.workflows.stop(execution?.name ?? '');
    await run.world.clock.advance(600_000);
    const report = await run.simulation.sweep();
    expect(report?.lines.join()).toContain('run was stopped, started again (attempt 2)');
    await run.simulation.settle();
    expect(await onlyIncident(run.simulation)).toMatchObject({ status: 'closed', attempt: 2 });
  });

  test('lifts our cordon from a node that outlived its interruption, marks and all', async () => {
    const run = await falseAlarm();
    expect(cordonedNodes(run.world)).toHaveLength(1);
    await run.world.clock.advance(900_000);
    const report = await run.simulation.sweep();
    expect(report?.lines.join()).toContain('our cordon was lifted');
    const { id } = await onlyIncident(run.simulation);
    const history = await run.world.clock.run(run.simulation.ledger.history(id));
    expect(history.at(-1)).toMatchObject({
      kind: 'intent',
      by: 'sweep',
      text: expect.stringContaining('lift our cordon'),
    });
    expect(cordonedNodes(run.world)).toEqual([]);
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.nodes()[0]?.name ?? '');
    expect(node?.metadata.annotations[CORDON_ANNOTATION]).toBeUndefined();
    expect(run.world.topic.messages.at(-1)?.subject).toContain('SWEEP');
  });

  test('leaves the cordon while the reclaim may still come', async () => {
    const run = await falseAlarm();
    await run.world.clock.advance(300_000);
    expect((await run.simulation.sweep())?.lines).toEqual([]);
    expect(cordonedNodes(run.world)).toHaveLength(1);
  });

  test('in observe it says what it found and lifts nothing', async () => {
    const run = await falseAlarm();
    run.setMode('observe');
    await run.world.clock.advance(900_000);
    expect((await run.simulation.sweep())?.lines.join()).toContain('not lifted');
    expect(cordonedNodes(run.world)).toHaveLength(1);
  });

  test('a cordon somebody else made is never touched', async () => {
    const run = simulate();
    const node = run.world.runtime('prod').cluster.nodes.get(run.world.nodes()[1]?.name ?? '');
    if (node === undefined) throw new Error('no node');
    node.spec.unschedulable = true;
    await run.world.clock.advance(900_000);
    expect((await run.simulation.sweep())?.lines).toEqual([]);
    expect(cordonedNodes(run.world)).toHaveLength(1);
  });
});

describe('instances we detached', () => {
  test('the group starts its replacement at once and nothing is left to say when Spot takes the instance', async () => {
    const run = await interrupt({ policy: detaching });
    expect(run.world.fleet.detachments).toHaveLength(1);
    await run.world.clock.advance(900_000);
    expect((await run.simulation.sweep())?.lines).toEqual([]);
  });

  test('one that is still running 10 minutes after its deadline is reported, once a day', async () => {
    const run = await falseAlarm({ policy: detaching });
    await run.world.clock.advance(900_000);
    expect((await run.simulation.sweep())?.lines.join()).toContain(`${run.instanceId}, detached for`);
    const told = run.world.topic.messages.length;
    await run.simulation.sweep();
    expect(run.world.topic.messages.length).toBe(told);
    await run.world.clock.advance(86_400_000);
    await run.simulation.sweep();
    expect(run.world.topic.messages.at(-1)?.body).toContain(run.instanceId);
    expect(run.world.calls.calls.some((call) => call.method === 'terminateInstances')).toBe(false);
  });

  test('it is terminated only where that is configured and the mode is auto', async () => {
    const policy = { ...defaultPolicy, replacement: { detach: true, terminateStragglers: true } };
    const run = await falseAlarm({ policy });
    await run.world.clock.advance(900_000);
    run.setMode('approve');
    await run.simulation.sweep();
    expect(run.world.calls.calls.some((call) => call.method === 'terminateInstances')).toBe(false);
    run.setMode('auto');
    expect((await run.simulation.sweep())?.lines.join()).toContain('terminated');
    expect(run.world.instance(run.instanceId).state).toMatch(/shutting-down|terminated/);
  });

  test('observe detaches nothing', async () => {
    const run = await interrupt({ policy: detaching, mode: 'observe' });
    expect(run.world.fleet.detachments).toEqual([]);
  });
});

describe('a sweep in trouble', () => {
  test('that cannot read the ledger tells people and gives no heartbeat', async () => {
    const faults = new FaultPlan([{ port: 'table', fault: { kind: 'throttle' } }]);
    const run = simulate({ faults });
    await run.simulation.sweep();
    expect(run.world.topic.messages.at(-1)?.body).toContain('open incidents');
    expect(run.simulation.metrics.data.map((datum) => datum.name)).not.toContain('Heartbeat');
  });

  test('that can tell nobody gives no heartbeat either', async () => {
    const faults = new FaultPlan([
      { port: 'topic', fault: { kind: 'unauthorised' } },
      { port: 'eks', method: 'listClusters', fault: { kind: 'unauthorised' } },
    ]);
    const run = simulate({ faults });
    await run.simulation.sweep();
    expect(run.simulation.metrics.data.map((datum) => datum.name)).not.toContain('Heartbeat');
  });
});
