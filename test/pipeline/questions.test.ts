import { describe, expect, test } from 'vitest';
import { approvalFor, putApproval } from '../../shared/approval/rows.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { approved } from '../../shared/incident/questions.ts';
import type { Table } from '../../shared/ports/table.ts';
import { CHANNEL } from '../approval/fakes.ts';
import { clicksOn } from '../support/clicks.ts';
import { plan, poke, setUpProbe } from '../support/probe.ts';
import { onlyIncident } from '../support/simulate.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One question about one step, which the plan may change at any time. */
async function asking(answerWithin: number) {
  let step: Partial<Step> = { goal: { size: 1 } };
  let answerBy: number | undefined;
  const setup = setUpProbe(
    (probe) => ({
      actions: [poke(probe), poke(probe, { name: 'prod' })],
      playbook: (input) => {
        answerBy ??= input.now + answerWithin;
        const by = answerBy;
        const made = plan(input);
        const steps = made.steps.map((one) => ({ ...one, ...step, answerBy: by }));
        return { ...made, steps, expiresAt: by + HOUR };
      },
    }),
    { mode: 'approve' },
  );
  let events = 0;
  const news = async (next: Partial<Step> = step) => {
    step = next;
    setup.send(`event-${++events}`, setup.ids[0] ?? '');
    await setup.world.clock.advance(MINUTE);
    return await onlyIncident(setup.simulation);
  };
  await news();
  return { ...setup, ...clicksOn(setup.simulation), news };
}

function open({ questions }: Incident) {
  return questions
    .filter(({ answer }) => answer === undefined)
    .map(({ step }) => [step.action, step.goal['size']]);
}

/** What the button of the only open question names. */
async function idOfOpen(table: Table, incident: Incident): Promise<string> {
  const question = incident.questions.find(({ answer }) => answer === undefined);
  if (question === undefined) throw new Error('nothing is open');
  const approval = approvalFor(incident, question, CHANNEL);
  await putApproval(table, approval);
  return approval.id;
}

describe('T05: a plan that drifts while it is asked about', () => {
  test('and comes back asks anew, and the yes to that is done', async () => {
    const run = await asking(10 * HOUR);
    expect(open(await run.news({ goal: { size: 2 } }))).toEqual([['poke', 2]]);
    const back = await run.news({ goal: { size: 1 } });
    expect([back.status, open(back)]).toEqual(['open', [['poke', 1]]]);
    await run.world.clock.run(run.begin(await idOfOpen(run.world.table, back), 'approve'));
    await run.simulation.settle();
    expect(run.probe.applied).toHaveLength(1);
    const history = await run.simulation.ledger.history(back.id);
    expect(history.filter(({ kind }) => kind === 'answer').map(({ text }) => text)).toEqual([
      'poke expired: a newer plan took its place',
      'poke expired: a newer plan took its place',
      expect.stringContaining('poke approved'),
    ]);
  });

  test('and comes back takes no yes from the button of before, which is of another time', async () => {
    const run = await asking(10 * HOUR);
    const before = await run.approvalId('poke');
    await run.news({ goal: { size: 2 } });
    const back = await run.news({ goal: { size: 1 } });
    await run.world.clock.run(run.begin(before, 'approve'));
    expect(run.replies).toEqual([expect.stringContaining('a newer plan took its place')]);
    expect(open(await onlyIncident(run.simulation))).toEqual([['poke', 1]]);
    await run.world.clock.run(run.begin(await idOfOpen(run.world.table, back), 'approve'));
    await run.simulation.settle();
    expect(run.probe.applied).toHaveLength(1);
  });

  test('to another action takes the buttons of the old one along: a late yes is told so and authorises nothing', async () => {
    const run = await asking(10 * HOUR);
    const id = await run.approvalId('poke');
    expect(open(await run.news({ action: 'prod', goal: { size: 1 } }))).toEqual([['prod', 1]]);
    expect(await run.world.clock.run(run.begin(id, 'approve'))).toBe(200);
    expect(run.replies).toEqual([expect.stringContaining('a newer plan took its place')]);
    const back = await run.news({ action: 'poke', goal: { size: 1 } });
    expect(run.probe.applied).toEqual([]);
    expect(open(back)).toEqual([['poke', 1]]);
  });
});

describe('T05: a yes that no longer answers what is asked', () => {
  test('stands in the history, though whoever wrote it down died before saying so there', async () => {
    let nodes = 3;
    const owned = { is: 'yes', why: 'test' } as const;
    const setup = setUpProbe(
      (probe) => ({
        actions: [poke(probe, { disrupts: true })],
        guardFacts: ({ incident: { subject }, now }) => ({
          owned,
          standDown: { is: 'no', why: 'test' },
          taken: false,
          gentleRunsInApproveMode: false,
          freshUntil: now + HOUR,
          capacity: null,
          fleet: [],
          disruption: {
            node: subject.id,
            group: 'pool',
            zone: 'eu-west-1a',
            until: now + HOUR,
            cluster: { nodes: 30, down: [] },
            inGroup: { nodes, down: [] },
            zoneNodes: [],
          },
        }),
        playbook: (input) => {
          const made = plan(input);
          return {
            ...made,
            steps: made.steps.map((step) => ({ ...step, answerBy: input.incident.openedAt + HOUR })),
          };
        },
      }),
      { mode: 'approve' },
    );
    const { world, simulation, send, ids } = setup;
    send('event-1', ids[0] ?? '');
    await world.clock.advance(MINUTE);
    const { id } = await onlyIncident(simulation);
    nodes = 1;
    const given = { by: 'slack:T1/U1', at: world.clock.now() };
    await world.clock.run(
      simulation.ledger.changeAny(id, (incident) => ({
        ...incident,
        questions: incident.questions.map((question) => approved(question, given)),
      })),
    );
    send('event-2', ids[0] ?? '');
    await world.clock.advance(MINUTE);
    expect((await onlyIncident(simulation)).questions.map(({ answer, guards }) => [answer, guards])).toEqual([
      [undefined, ['mode', 'disruption-budget']],
    ]);
    const history = await simulation.ledger.history(id);
    expect(history.filter(({ kind }) => kind === 'answer').map(({ text, by }) => [text, by])).toEqual([
      ['poke approved', 'slack:T1/U1'],
    ]);
    expect(setup.probe.applied).toEqual([]);
  });
});

describe('what stands in the incident afterwards', () => {
  test('is what every guard said of the step that ran', async () => {
    const run = await asking(10 * HOUR);
    await run.click('poke', 'approve');
    await run.simulation.settle();
    const { status, verdicts, questions } = await onlyIncident(run.simulation);
    expect(status).toBe('closed');
    expect(verdicts?.map(({ action, verdict }) => [action, verdict])).toEqual([['poke', 'allow']]);
    expect(verdicts?.[0]?.guards.length).toBeGreaterThan(8);
    expect(questions[0]?.guards).toEqual(['mode']);
  });
});

describe('a question that is open for longer than a day', () => {
  test('keeps its run, which an answer wakes: the sweep neither starts it again nor gives up', async () => {
    const run = await asking(36 * HOUR);
    for (let sweeps = 0; sweeps < 24; sweeps++) {
      await run.world.clock.advance(5 * MINUTE);
      expect((await run.simulation.sweep())?.lines).toEqual([]);
    }
    expect(await onlyIncident(run.simulation)).toMatchObject({ status: 'open', attempt: 1 });
    await run.click('poke', 'approve');
    await run.world.clock.advance(10_000);
    expect(run.probe.applied).toHaveLength(1);
  });

  test('ends in no at its own time, and no execution grows as old as the day that it may live', async () => {
    const run = await asking(36 * HOUR);
    const ages: number[] = [];
    while (!run.simulation.isSettled()) {
      await run.world.clock.advance(HOUR);
      ages.push(run.world.clock.now() - (await onlyIncident(run.simulation)).attemptedAt);
    }
    expect(Math.max(...ages)).toBeLessThan(24 * HOUR);
    const { questions, outcome, failedAttempts } = await onlyIncident(run.simulation);
    expect([outcome?.kind, failedAttempts]).toEqual(['expired', undefined]);
    expect(questions[0]?.answer?.at).toBeGreaterThanOrEqual(questions[0]?.expiresAt ?? 0);
  });
});
