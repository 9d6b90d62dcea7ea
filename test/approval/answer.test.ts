import { describe, expect, test } from 'vitest';
import { PortError } from '../../shared/errors.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import { noteQuestions } from '../../shared/incident/question-history.ts';
import { requiredOf } from '../../shared/incident/questions.ts';
import { historyOf, setUpEndpoint } from './endpoint.ts';
import { ANA, BEN, BOT, CANARY, TEAM } from './fakes.ts';

describe('a click of an approver', () => {
  test('is written down, wakes the run and is answered with 200 and nothing else', async () => {
    const setup = await setUpEndpoint();
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    expect((await setup.current()).answer).toMatchObject({
      decision: 'approved',
      by: `slack:${TEAM}/${ANA}`,
    });
    expect(setup.woken).toEqual(['callback-1']);
    expect(setup.replies).toEqual([]);
    expect(await historyOf(setup)).toEqual([`answer: cordon approved (slack:${TEAM}/${ANA})`]);
  });

  test('is one conditional write on the incident', async () => {
    const setup = await setUpEndpoint();
    await setup.answer(setup.click('approve'));
    expect(setup.table.calls.filter((call) => call === 'update')).toHaveLength(1);
  });

  test('denies with the reason that was chosen', async () => {
    const setup = await setUpEndpoint();
    await setup.answer(setup.click('deny', 'by-hand'));
    expect((await setup.current()).answer).toMatchObject({
      decision: 'denied',
      reason: 'somebody does it by hand',
    });
  });

  test('snoozes: the question stays open so much longer', async () => {
    const setup = await setUpEndpoint();
    const before = await setup.current();
    await setup.answer(setup.click('snooze', '15m'));
    const { expiresAt, answer, snoozes } = await setup.current();
    expect({ answer, moved: expiresAt - before.expiresAt }).toEqual({ moved: 15 * 60_000 });
    expect(snoozes).toMatchObject([{ by: `slack:${TEAM}/${ANA}`, until: expiresAt }]);
    expect(setup.woken).toEqual(['callback-1']);
    expect((await historyOf(setup))[0]).toContain('snooze: cordon asked until');
  });

  test('cannot snooze for longer than the config allows over all snoozes', async () => {
    const setup = await setUpEndpoint();
    const before = await setup.current();
    for (const length of ['30m', '30m', '15m']) {
      setup.clock.time += 1_000;
      await setup.answer(setup.click('snooze', length));
    }
    const after = await setup.current();
    expect(after.expiresAt - before.expiresAt).toBe(3_600_000);
    expect(after.snoozes).toHaveLength(2);
    expect(setup.replies.map(({ text }) => text)).toEqual([expect.stringContaining('cannot be put off')]);
  });

  test('stands when the wake fails: the sweep sends it again', async () => {
    const wake = async () => {
      throw new PortError('throttled', CANARY, { operation: 'lambda:SendDurableExecutionCallbackSuccess' });
    };
    const setup = await setUpEndpoint({ over: { durable: { wake } } });
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    expect((await setup.current()).answer?.decision).toBe('approved');
  });
});

test('a history that cannot be written keeps no run asleep: the answer counts, and the run writes it down', async () => {
  const setup = await setUpEndpoint();
  const putNew = setup.stored.putNew.bind(setup.stored);
  setup.stored.putNew = async (item) => {
    if (!String(item['sk']).startsWith('H#')) return await putNew(item);
    throw new PortError('throttled', 'slow down', { operation: 'dynamodb:PutItem' });
  };
  expect(await setup.answer(setup.click('approve'))).toBe(200);
  expect([setup.woken, (await setup.current()).answer?.decision]).toEqual([['callback-1'], 'approved']);
  setup.stored.putNew = putNew;
  const incident = await setup.ledger.readIncident(setup.incident.id);
  if (incident !== undefined) await noteQuestions(setup.ledger, incident);
  expect(await historyOf(setup)).toEqual([`answer: cordon approved (slack:${TEAM}/${ANA})`]);
});

describe('two approvers', () => {
  const question = { required: 2 };

  test('the first yes does not decide, the second of another person does, and both are named', async () => {
    const setup = await setUpEndpoint({ question });
    await setup.answer(setup.click('approve'));
    expect((await setup.current()).answer).toBeUndefined();
    setup.clock.time += 1_000;
    await setup.answer(setup.click('approve', undefined, { user: BEN }));
    const { answer, approvals } = await setup.current();
    expect(answer?.decision).toBe('approved');
    expect(approvals?.map(({ by }) => by)).toEqual([`slack:${TEAM}/${ANA}`, `slack:${TEAM}/${BEN}`]);
    expect(await historyOf(setup)).toEqual([
      `approval: cordon approved, 1 of 2 (slack:${TEAM}/${ANA})`,
      `answer: cordon approved (slack:${TEAM}/${BEN})`,
    ]);
  });

  test('T38: the same person twice is one person', async () => {
    const setup = await setUpEndpoint({ question });
    await setup.answer(setup.click('approve'));
    setup.clock.time += 1_000;
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    const { answer, approvals } = await setup.current();
    expect({ answer, approvals }).toMatchObject({ answer: undefined, approvals: [{}] });
    expect(setup.replies).toHaveLength(1);
  });

  test('T38: one person in Slack and with AWS credentials may be one: each way is counted for itself', async () => {
    const setup = await setUpEndpoint({ question });
    const byCommand = async (name: string) => {
      const by = `aws:arn:aws:sts::210987654321:assumed-role/on-call/${name}`;
      const { ledger, clock, incident, approval } = setup;
      const answer = { decision: 'approved', by, stepKey: approval.stepKey } as const;
      await answerQuestions(ledger, clock, incident.id, answer);
    };
    await setup.answer(setup.click('approve'));
    await byCommand('ana');
    const between = await setup.current();
    expect([between.answer, requiredOf(between)]).toEqual([undefined, 3]);
    await byCommand('ben');
    expect((await setup.current()).answer?.decision).toBe('approved');
  });

  test('T38: the proposer is not counted', async () => {
    const setup = await setUpEndpoint({ question });
    await setup.answer(setup.click('approve', undefined, { user: BOT }));
    expect((await setup.current()).approvals).toBeUndefined();
    expect(await historyOf(setup)).toEqual([
      `refused-answer: cordon approve: not counted, proposer (slack:${TEAM}/${BOT})`,
    ]);
  });

  test('one no is enough, before and after a yes', async () => {
    const setup = await setUpEndpoint({ question });
    await setup.answer(setup.click('approve'));
    await setup.answer(setup.click('deny', 'not-now', { user: BEN }));
    expect((await setup.current()).answer).toMatchObject({ decision: 'denied', by: `slack:${TEAM}/${BEN}` });
  });
});
