import { describe, expect, test } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import { historyOf, setUpEndpoint } from './endpoint.ts';
import { BEN, EVE, formOf, onCall, payloadOf, signed } from './fakes.ts';

describe('T36: a right signature of somebody who may not', () => {
  test.each([
    ['not-an-approver', { user: EVE }],
    ['wrong-workspace', { team: 'T0THER000' }],
    ['guest-of-another-workspace', { userTeam: 'T0THER000' }],
    ['wrong-app', { appId: 'A0THER000' }],
    ['wrong-channel', { channel: 'C0THER000' }],
    ['forwarded', { container: { type: 'message_attachment' } }],
  ] as const)(
    '%s: changes nothing, stands in the history, is told the same as everybody',
    async (why, over) => {
      const setup = await setUpEndpoint();
      const before = await setup.ledger.readIncident(setup.incident.id);
      expect(await setup.answer(setup.click('approve', undefined, over))).toBe(200);
      expect(await setup.ledger.readIncident(setup.incident.id)).toEqual(before);
      expect(setup.woken).toEqual([]);
      expect(await historyOf(setup)).toEqual([
        expect.stringContaining(`cordon approve: not counted, ${why}`),
      ]);
      expect(setup.replies.map(({ text }) => text)).toEqual([expect.stringContaining('You may not answer')]);
      expect(setup.lines).toEqual([JSON.stringify({ message: 'answer not counted', why, status: 200 })]);
    },
  );

  test('however often somebody clicks, an hour of it is one line of the history for each question and choice', async () => {
    const setup = await setUpEndpoint();
    for (let clicks = 0; clicks < 50; clicks++) {
      setup.clock.time += 100;
      expect(await setup.answer(setup.click('approve', undefined, { user: EVE }))).toBe(200);
    }
    await setup.answer(setup.click('deny', 'not-now', { user: EVE }));
    expect(await historyOf(setup)).toHaveLength(2);
    setup.clock.time += 3_600_000;
    await setup.answer(setup.click('approve', undefined, { user: EVE }));
    expect(await historyOf(setup)).toHaveLength(3);
  });

  test('whose groups could not be read may not, and is told so', async () => {
    const approvers = [{ ...onCall, slackUsers: [], slackGroups: ['S0SRE0001'] }];
    const setup = await setUpEndpoint({ policy: { approvers } });
    await setup.answer(setup.click('approve'));
    expect((await setup.current()).answer).toBeUndefined();
    expect(setup.replies.map(({ text }) => text)).toEqual([expect.stringContaining('could not be read')]);
  });

  test('nothing is sent anywhere but to Slack', async () => {
    const setup = await setUpEndpoint();
    for (const responseUrl of [
      'http://hooks.slack.com/x',
      'https://hooks.slack.com.example.com/x',
      'https://hooks.slack.com@example.com/x',
      'https://user:word@hooks.slack.com/x',
      'https://hooks.slack.com:8443/x',
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'no url',
    ]) {
      setup.clock.time += 1_000;
      expect(await setup.answer(setup.click('approve', undefined, { user: EVE, responseUrl }))).toBe(200);
    }
    expect(setup.replies).toEqual([]);
  });
});

describe('an answer that comes too late', () => {
  test('T05: after the expiry it changes nothing and the person is told', async () => {
    const setup = await setUpEndpoint();
    setup.clock.time += 60_000;
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    expect((await setup.current()).answer).toBeUndefined();
    expect(setup.replies.map(({ text }) => text)).toEqual([expect.stringContaining('not open any more')]);
    expect(await historyOf(setup)).toEqual([expect.stringContaining('not counted, late')]);
  });

  test('T05: approve and deny at once: one decides, the other is late', async () => {
    const setup = await setUpEndpoint();
    await Promise.all([
      setup.answer(setup.click('approve')),
      setup.answer(setup.click('deny', undefined, { user: BEN })),
    ]);
    expect(setup.woken).toHaveLength(1);
    expect(setup.replies).toHaveLength(1);
    expect((await historyOf(setup)).filter((line) => line.startsWith('answer:'))).toHaveLength(1);
  });

  test.each([
    ['generation', (open: Incident) => ({ ...open, generation: 2 })],
    [
      'plan',
      (open: Incident) => ({
        ...open,
        questions: open.questions.map((each) => ({ ...each, planHash: 'other' })),
      }),
    ],
  ])('of another %s it answers nothing', async (_, change) => {
    const setup = await setUpEndpoint();
    await setup.ledger.changeAny(setup.incident.id, change);
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    expect((await setup.current()).answer).toBeUndefined();
    expect(setup.lines.join()).toContain('overtaken');
  });

  test('an approval that is not ours, or whose row was altered, is unknown', async () => {
    const setup = await setUpEndpoint();
    const foreign = signed(formOf(payloadOf('approve', 'f'.repeat(32))), setup.clock.now());
    expect(await setup.answer(foreign)).toBe(200);
    await setup.stored.update(
      { pk: `APPROVAL#${setup.approval.id}`, sk: 'HEAD' },
      { set: { stepKey: 'other' } },
      [],
    );
    await setup.answer(setup.click('approve'));
    expect((await setup.current()).answer).toBeUndefined();
    expect(setup.lines.filter((line) => line.includes('unknown-approval'))).toHaveLength(2);
  });
});
