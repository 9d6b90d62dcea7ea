import { describe, expect, test } from 'vitest';
import { answerQuestions } from '../../shared/incident/answers.ts';
import { readStop, writeStop } from '../../shared/incident/stop-switch.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { defaultPolicy } from '../support/policy.ts';
import {
  blockedWorld,
  interrupt,
  onlyIncident,
  type Simulated,
  simulate,
  smallWorld,
  TROUBLE,
  warningBody,
} from '../support/simulate.ts';

const ask = {
  ...defaultPolicy,
  drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const, force: true },
};

async function warned(options: Parameters<typeof simulate>[0], aheadMs = 2_000): Promise<Simulated> {
  const run = simulate(options);
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.world.clock.advance(aheadMs);
  return run;
}

async function approve(run: Simulated, action: string, by = 'ana'): Promise<void> {
  const incident = await onlyIncident(run.simulation);
  const question = incident.questions.find((asked) => asked.step.action === action);
  const answer = { decision: 'approved', by, ...(question && { stepKey: question.key }) } as const;
  const result = await answerQuestions(run.simulation.ledger, run.world.clock, incident.id, answer);
  if (result.result === 'recorded' && result.callbackId !== undefined) {
    await run.simulation.workflows.wake(result.callbackId, 'answer');
  }
}

describe('the order of steps', () => {
  test('a drain that was approved before its cordon waits for the cordon', async () => {
    const run = await warned({ mode: 'approve', policy: ask });
    await approve(run, 'drain');
    await run.world.clock.advance(5_000);
    expect(run.world.calls.mutations()).toEqual([]);
    await approve(run, 'cordon');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.records.map(({ step, state }) => `${step.action} ${state}`).slice(0, 2)).toEqual([
      'cordon done',
      'drain done',
    ]);
  });

  test('force-delete approved early still waits for the last seconds', async () => {
    const run = await warned({ mode: 'approve', policy: ask, world: blockedWorld });
    for (const action of ['cordon', 'drain', 'delete-not-ready', 'force-delete']) await approve(run, action);
    await approve(run, 'force-delete', 'ben');
    await run.simulation.settle();
    const deletions = run.world.calls.calls.filter((call) => call.method === 'deletePod');
    expect(deletions.length).toBeGreaterThan(0);
    expect(Math.min(...deletions.map((call) => call.at))).toBeGreaterThanOrEqual(
      Date.parse('2026-11-03T14:02:30Z'),
    );
  });
});

describe('what changes while a run is working', () => {
  test('the mode is lowered in the middle of a drain: it ends refused with what it did, and the incident closes', async () => {
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    const run = await warned({ mode: 'approve', policy, world: blockedWorld }, 5_000);
    run.setMode('observe');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.status).toBe('closed');
    expect(incident.records.find(({ step }) => step.action === 'drain')).toMatchObject({ state: 'refused' });
    expect(run.simulation.workflows.executions().map((execution) => execution.status)).toEqual(['succeeded']);
  });

  test('stopped half way: the outcome says how many pods had been asked to leave', async () => {
    const run = await warned({}, 1_500);
    await writeStop(run.world.table, run.world.clock, { engaged: true, by: 'ana', reason: 'storm' });
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    const drain = incident.records.find(({ step }) => step.action === 'drain');
    expect(drain?.summary).toMatch(/stopped by ana: storm; \d+ pods asked to leave/);
  });
});

describe('a cluster that cannot be read for a while', () => {
  test('after the cordon: held and drained later, not closed as if the Node were gone', async () => {
    const faults = new FaultPlan();
    const run = simulate({ faults });
    await run.world.clock.advance(60_000);
    let isDown = false;
    run.world.calls.onCall((call) => {
      if (isDown || call.method !== 'patchNode') return;
      isDown = true;
      const takeBack = faults.add({ port: 'kubernetes', fault: { kind: 'unreachable' } });
      run.world.clock.after(20_000, takeBack);
    });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
  });

  test('for twenty seconds around the cordon: outlasted, because there are a hundred left', async () => {
    const faults = new FaultPlan();
    const run = simulate({ faults });
    await run.world.clock.advance(60_000);
    const takeBack = faults.add({ method: 'patchNode', fault: { kind: 'unreachable' } });
    run.world.clock.after(20_000, takeBack);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
  });

  test('pods that could not be listed when the drain was planned are never counted as none', async () => {
    const faults = new FaultPlan([{ method: 'listPods', nth: 1, fault: { kind: 'transient' } }]);
    const { incident } = await interrupt({ faults });
    expect(incident.outcome?.kind).toBe('escalated');
    expect(incident.outcome?.summary).toContain('could not be read');
  });
});

describe('one pod the API server refuses', () => {
  test('does not end the drain for the others', async () => {
    const faults = new FaultPlan([{ method: 'evictPod', nth: 1, fault: { kind: 'unauthorised' } }]);
    const { incident, world } = await interrupt({ faults });
    const evicted = world.calls.calls.filter((call) => call.method === 'evictPod' && call.applied);
    expect(evicted).toHaveLength(4);
    expect(incident.outcome?.kind).toBe('fixed');
  });
});

describe('runs that die before they write', () => {
  test('are started again by the sweep', async () => {
    const faults = new FaultPlan();
    const run = simulate({ faults });
    await run.world.clock.advance(60_000);
    const takeBack = faults.add({ port: 'table', process: 'remediate', fault: { kind: 'throttle' } });
    run.world.interrupt('spot/0', 'stop');
    await run.simulation.settle(3_600_000);
    takeBack();
    await run.world.clock.advance(600_000);
    const report = await run.simulation.sweep();
    expect(report?.lines.join()).toContain('started again (attempt 2)');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
  });
});

describe('words for people', () => {
  test('a closed message asks nobody for anything', async () => {
    const { world } = await interrupt({ mode: 'approve' });
    expect(world.topic.messages.at(-1)?.attributes['stage']).toBe('closed');
    expect(world.topic.messages.at(-1)?.body).not.toContain('NEEDS YOU');
  });
});

describe('the stop switch row', () => {
  test.each(['true', 1, null])('with engaged = %j is unreadable, not clear', async (engaged) => {
    const table = new MemoryTable();
    await table.update({ pk: 'SWITCH', sk: 'STOP' }, { set: { engaged } }, []);
    expect((await readStop(table)).state).toBe('unreadable');
  });
});

describe('a node somebody else had cordoned', () => {
  test('keeps their cordon; only our label and mark go when it outlives the interruption', async () => {
    const run = simulate({ world: smallWorld });
    await run.world.clock.advance(60_000);
    const { privateDnsName } = run.world.instance('spot/0');
    const node = run.world.runtime('prod').cluster.nodes.get(privateDnsName);
    if (node === undefined) throw new Error('no node');
    node.spec.unschedulable = true;
    run.simulation.send(TROUBLE, warningBody(run.world, 'e'));
    await run.simulation.settle();
    await run.world.clock.advance(900_000);
    await run.simulation.sweep();
    const after = run.world.runtime('prod').cluster.nodes.get(privateDnsName);
    expect(after?.spec.unschedulable).toBe(true);
    expect(Object.keys({ ...after?.metadata.labels, ...after?.metadata.annotations }).join()).not.toContain(
      'exclude',
    );
  });
});
