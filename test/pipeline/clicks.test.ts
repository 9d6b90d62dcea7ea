import { describe, expect, test } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoMutations } from '../../simulator/invariants.ts';
import { ANA, BEN, TEAM } from '../approval/fakes.ts';
import { clicksOn } from '../support/clicks.ts';
import { defaultPolicy } from '../support/policy.ts';
import { blockedWorld, onlyIncident, type SimulateOptions, simulate } from '../support/simulate.ts';

const drain = { ...defaultPolicy.drain, inApproveMode: 'ask' as const };
const ana = `slack:${TEAM}/${ANA}`;
const ben = `slack:${TEAM}/${BEN}`;

/** A warning in mode approve, at the moment when the questions stand. */
async function asked(options: SimulateOptions = {}) {
  const run = simulate({ mode: 'approve', policy: { ...defaultPolicy, drain }, ...options });
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.world.clock.advance(2_000);
  return { ...run, ...clicksOn(run.simulation) };
}

async function settled(run: Awaited<ReturnType<typeof asked>>): Promise<Incident> {
  await run.simulation.settle();
  return await onlyIncident(run.simulation);
}

async function lines(run: Awaited<ReturnType<typeof asked>>): Promise<string[]> {
  const { id } = await onlyIncident(run.simulation);
  const history = await run.simulation.ledger.history(id);
  return history.map(({ kind, text, by }) => `${kind}: ${text} (${by})`);
}

const QUESTIONS = ['cordon', 'drain', 'delete-not-ready'];

describe('T05: clicks on a message', () => {
  test('approved: it runs, and reason, question and history say by whom', async () => {
    const run = await asked();
    for (const action of QUESTIONS) expect(await run.click(action, 'approve')).toBe(200);
    const incident = await settled(run);
    expect(incident.outcome?.kind).toBe('fixed');
    expect(incident.records[0]?.decision).toBe(`approved by ${ana}`);
    expect(await lines(run)).toContain(`answer: drain approved (${ana})`);
  });

  test('two approvers: high risk waits for the second, and both are named', async () => {
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    const run = await asked({ policy, world: blockedWorld });
    await run.world.clock.advance(10_000);
    await run.click('force-delete', 'approve');
    await run.click('force-delete', 'approve');
    const { questions } = await onlyIncident(run.simulation);
    const question = questions.find(({ step }) => step.action === 'force-delete');
    expect(question).toMatchObject({ required: 2, approvals: [{ by: ana }] });
    expect(question?.answer).toBeUndefined();
    await run.click('force-delete', 'approve', { user: BEN });
    const incident = await settled(run);
    const record = incident.records.find(({ step }) => step.action === 'force-delete');
    expect(record).toMatchObject({ state: 'done', decision: `approved by ${ana} and ${ben}` });
    assertAppliedOnce(run.world);
  });

  test('two approvers, one of whom comes too late: it does not run', async () => {
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    const run = await asked({ policy, world: blockedWorld });
    await run.click('force-delete', 'approve');
    const incident = await settled(run);
    expect(incident.records.find(({ step }) => step.action === 'force-delete')?.state).toBe('expired');
    expect(await run.click('force-delete', 'approve', { user: BEN })).toBe(200);
    expect(run.replies.at(-1)).toContain('not open any more');
    expect(run.world.calls.calls.some(({ method }) => method === 'deletePod')).toBe(false);
  });

  test.each(Array.from({ length: 12 }, (_, delay) => delay * 3))(
    'approve and deny at once, %i ms apart: one stands, and what happens is what it said',
    async (delay) => {
      const run = await asked();
      const id = await run.approvalId('cordon');
      const yes = run.begin(id, 'approve');
      const no = run.world.clock.sleep(delay).then(() => run.begin(id, 'deny by-hand', { user: BEN }));
      expect(await run.world.clock.run(Promise.all([yes, no]))).toEqual([200, 200]);
      const incident = await settled(run);
      const answer = incident.questions.find(({ step }) => step.action === 'cordon')?.answer;
      const record = incident.records.find(({ step }) => step.action === 'cordon');
      expect([answer?.decision, record?.state]).toBeOneOf([
        ['approved', 'done'],
        ['denied', 'denied'],
      ]);
      expect(run.replies).toHaveLength(1);
    },
  );

  test('a double click counts once and is done once', async () => {
    const run = await asked();
    for (const action of QUESTIONS) {
      const id = await run.approvalId(action);
      await run.world.clock.run(Promise.all([run.begin(id, 'approve'), run.begin(id, 'approve')]));
    }
    const incident = await settled(run);
    expect(incident.outcome?.kind).toBe('fixed');
    expect((await lines(run)).filter((line) => line.startsWith('answer:'))).toHaveLength(3);
    assertAppliedOnce(run.world);
  });

  test('after the expiry: told so, nothing happens, and the history says who came too late', async () => {
    const run = await asked();
    const id = await run.approvalId('drain');
    await settled(run);
    expect(await run.world.clock.run(run.begin(id, 'approve'))).toBe(200);
    expect(run.replies).toEqual([expect.stringContaining('not open any more')]);
    const history = await lines(run);
    expect(history).toContain('answer: drain expired (nobody)');
    expect(history).toContain(`refused-answer: drain approve: not counted, late (${ana})`);
    assertNoMutations(run.world);
  });

  test('after a drift: the yes is not used for another node, it is asked for anew', async () => {
    const faults = new FaultPlan([
      { port: 'durable', method: 'wake', process: 'approval', fault: { kind: 'unreachable' } },
    ]);
    const run = await asked({ faults });
    for (const action of QUESTIONS) await run.click(action, 'approve');
    const [name = ''] = run.world.nodes().map((node) => node.name);
    const node = run.world.runtime('prod').cluster.nodes.get(name);
    if (node === undefined) throw new Error('no node');
    node.metadata.uid = 'another-node-of-the-same-name';
    await run.simulation.sweep();
    await run.world.clock.advance(3_000);
    assertNoMutations(run.world);
    const { questions } = await onlyIncident(run.simulation);
    expect(questions.filter(({ answer }) => answer === undefined).length).toBeGreaterThan(0);
  });

  test.each(['crash-before', 'crash-after'] as const)(
    'a crash between write and wake (%s the wake): the answer stands and the sweep sees to it',
    async (kind) => {
      const faults = new FaultPlan([
        { port: 'durable', method: 'wake', process: 'approval', fault: { kind } },
      ]);
      const run = await asked({ faults });
      expect(await run.click('cordon', 'approve')).toBe('died');
      for (const action of ['drain', 'delete-not-ready']) await run.click(action, 'approve');
      await run.simulation.sweep();
      const incident = await settled(run);
      expect(incident.outcome?.kind).toBe('fixed');
      expect(incident.records[0]?.decision).toBe(`approved by ${ana}`);
      assertAppliedOnce(run.world);
    },
  );

  test('a crash at any call of a click leaves all or nothing, and a second click makes it whole', async () => {
    for (let nth = 1; nth <= 8; nth++) {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const faults = new FaultPlan([{ process: 'approval', nth, fault: { kind } }]);
        const run = await asked({ faults });
        const first = await run.click('cordon', 'deny by-hand');
        if (first === 'died') await run.click('cordon', 'deny by-hand');
        const incident = await settled(run);
        const question = incident.questions.find(({ step }) => step.action === 'cordon');
        expect({ nth, kind, answer: question?.answer }).toMatchObject({
          answer: { decision: 'denied', by: ana },
        });
        const told = (await lines(run)).filter((line) => line.startsWith('answer: cordon'));
        expect({ nth, kind, told }).toMatchObject({ told: [expect.stringContaining('denied')] });
      }
    }
  });
});

describe('T05: a click against the timeout', () => {
  test.each(Array.from({ length: 17 }, (_, index) => index * 4 - 40))(
    '%i ms from the expiry: the row decides, and the run obeys it',
    async (offset) => {
      const run = await asked();
      const id = await run.approvalId('cordon');
      const { questions } = await onlyIncident(run.simulation);
      const [question] = questions.filter(({ step }) => step.action === 'cordon');
      await run.world.clock.advance((question?.expiresAt ?? 0) + offset - run.world.clock.now());
      await run.world.clock.run(run.begin(id, 'approve'));
      const incident = await settled(run);
      const answer = incident.questions.find(({ step }) => step.action === 'cordon')?.answer;
      const record = incident.records.find(({ step }) => step.action === 'cordon');
      expect(answer?.decision).toBeOneOf(['approved', 'expired']);
      expect(run.replies).toHaveLength(answer?.decision === 'approved' ? 0 : 1);
      // A yes in the last instant is too late for the step itself, but never an expiry.
      if (answer?.decision === 'expired') expect(record?.state).toBe('expired');
      else expect(record?.state).not.toBe('expired');
      if (answer?.decision === 'expired') assertNoMutations(run.world);
    },
  );
});
