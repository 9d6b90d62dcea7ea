import { describe, expect, test } from 'vitest';
import { answerQuestions } from '../../shared/incident/answers.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoMutations } from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import type { SimulateOptions } from '../support/simulate.ts';
import { blockedWorld, onlyIncident, simulate, TROUBLE, warningBody } from '../support/simulate.ts';

const ask = { ...defaultPolicy, drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const } };

/** Starts a warning in mode approve and stops time when the first question stands. */
async function asked(options: SimulateOptions = {}) {
  const run = simulate({ mode: 'approve', policy: ask, ...options });
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.world.clock.advance(2_000);
  return { ...run, incident: await onlyIncident(run.simulation) };
}

async function answer(
  run: Awaited<ReturnType<typeof asked>>,
  decision: 'approved' | 'denied',
  { wake = true, by = 'ana' } = {},
) {
  const { simulation, world, incident } = run;
  const result = await answerQuestions(simulation.ledger, world.clock, incident.id, { decision, by });
  if (wake && result.result === 'recorded' && result.callbackId !== undefined) {
    await simulation.workflows.wake(result.callbackId, 'answer');
  }
  return result;
}

function states(incident: Incident): string[] {
  return incident.records.map((record) => `${record.step.action} ${record.state}`);
}

describe('questions', () => {
  test('asking changes nothing, and the message says how to answer', async () => {
    const run = await asked();
    expect(run.incident.questions.map((question) => question.step.action)).toEqual([
      'cordon',
      'drain',
      'delete-not-ready',
    ]);
    assertNoMutations(run.world);
    const last = run.world.topic.messages.at(-1);
    expect(last?.attributes['stage']).toBe('needs-you');
    expect(last?.body).toContain(`paramedic approve ${run.incident.id}`);
  });

  test('approved: it runs, and the record says by whom', async () => {
    const run = await asked();
    expect((await answer(run, 'approved')).result).toBe('recorded');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('fixed');
    expect(incident.records[0]?.decision).toBe('approved by ana');
  });

  test('denied: nothing runs, the outcome is denied', async () => {
    const run = await asked();
    await answer(run, 'denied');
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('denied');
  });

  test('no answer means no, before the deadline', async () => {
    const run = await asked();
    await run.simulation.settle();
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('expired');
    expect(incident.questions.every((question) => question.expiresAt <= run.world.clock.now())).toBe(true);
  });

  test('T05: the first answer stands, a later one is told so', async () => {
    const run = await asked();
    expect((await answer(run, 'denied')).result).toBe('recorded');
    expect((await answer(run, 'approved')).result).toBe('late');
    await run.simulation.settle();
    assertNoMutations(run.world);
  });

  test('T05: an answer after expiry is late and changes nothing', async () => {
    const run = await asked();
    await run.simulation.settle();
    expect((await answer(run, 'approved')).result).toBe('late');
    assertNoMutations(run.world);
  });

  test('an answer whose wake was lost is obeyed when the sweep wakes the run', async () => {
    const run = await asked();
    await answer(run, 'approved', { wake: false });
    const report = await run.simulation.sweep();
    expect(report?.lines.join()).toContain('woken again');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
  });

  test('drift after approval asks anew instead of acting on the old answer', async () => {
    const run = await asked();
    await answer(run, 'approved', { wake: false });
    const runtime = run.world.runtime('prod');
    const [name] = run.world.nodes().map((node) => node.name);
    const node = runtime.cluster.nodes.get(name ?? '');
    if (node === undefined) throw new Error('no node');
    node.metadata.uid = 'another-node-of-the-same-name';
    await run.simulation.sweep();
    await run.world.clock.advance(3_000);
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.questions.filter((question) => question.answer === undefined).length).toBeGreaterThan(0);
  });

  test('an unknown incident and one without questions are told apart', async () => {
    const run = await asked();
    const { ledger } = run.simulation;
    const input = { decision: 'approved', by: 'ana' } as const;
    expect(await answerQuestions(ledger, run.world.clock, 'inc-none', input)).toEqual({ result: 'unknown' });
    const other = { ...input, stepKey: 'no-such-step' };
    expect(await answerQuestions(ledger, run.world.clock, run.incident.id, other)).toEqual({
      result: 'no-question',
    });
  });
});

describe('mode approve on a node AWS is taking', () => {
  const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
  test('cordon and eviction run by themselves; what goes past a budget waits for a person', async () => {
    const run = await asked({ policy, world: blockedWorld });
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(states(incident)).toContain('cordon done');
    expect(states(incident)).toContain('force-delete expired');
    expect(run.world.calls.calls.some((call) => call.method === 'deletePod')).toBe(false);
  });

  test('approvals that come while the drain is running are used, once there are as many as the risk asks for', async () => {
    const run = await asked({ policy, world: blockedWorld });
    await run.world.clock.advance(20_000);
    await answer(run, 'approved');
    const { questions } = await onlyIncident(run.simulation);
    const risky = questions.find(({ step }) => step.action === 'force-delete');
    expect(risky).toMatchObject({ required: 2, approvals: [{ by: 'ana' }] });
    expect(risky?.answer).toBeUndefined();
    await answer(run, 'approved', { by: 'ben' });
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(states(incident)).toContain('force-delete done');
    const record = incident.records.find(({ step }) => step.action === 'force-delete');
    expect(record?.decision).toBe('approved by ana and ben');
    expect(run.world.calls.calls.some((call) => call.method === 'deletePod')).toBe(true);
    assertAppliedOnce(run.world);
  });
});

describe('news for a sleeping incident', () => {
  test('a second warning wakes an incident that waits for an answer, and its own deadline counts', async () => {
    const run = simulate({ mode: 'approve', policy: ask });
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0', 'stop', run.world.clock.now());
    await run.world.clock.advance(30_000);
    run.setMode('auto');
    run.simulation.send(TROUBLE, warningBody(run.world, 'second'));
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.generation).toBe(1);
    expect(incident.signals).toHaveLength(2);
    expect(incident.outcome?.kind).toBe('fixed');
    assertAppliedOnce(run.world);
  });

  test('a warning after an older incident closed opens the next generation and drains', async () => {
    const run = simulate({ mode: 'observe' });
    await run.world.clock.advance(60_000);
    const warn = (eventId: string) => run.simulation.send(TROUBLE, warningBody(run.world, eventId, 'stop'));
    warn('first');
    await run.simulation.settle();
    run.setMode('auto');
    await run.world.clock.advance(3_600_000);
    warn('second');
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident).toMatchObject({ generation: 2, outcome: { kind: 'fixed' } });
  });

  test('a lost wake does not lose the signal: the run looks again when its wait ends', async () => {
    const faults = new FaultPlan([{ port: 'durable', method: 'wake', fault: { kind: 'unreachable' } }]);
    const run = simulate({ mode: 'approve', policy: ask, faults });
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0', 'stop');
    await run.world.clock.advance(10_000);
    run.simulation.send(TROUBLE, warningBody(run.world, 'second'));
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.status).toBe('closed');
    expect(incident.signals).toHaveLength(2);
  });
});
