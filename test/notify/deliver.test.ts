import { describe, expect, test } from 'vitest';
import { readMembers } from '../../shared/approval/members.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { ApproverGroup } from '../../shared/config/people.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp, slackWebhook } from '../support/slack.ts';
import { type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

function headlines({ world }: OutboxWorld): string[] {
  return world.slack.messages.map((message) => messageText(message)[0] ?? '');
}

const ON_CALL: ApproverGroup = {
  name: 'on-call',
  slackTeam: 'T0TEAM',
  slackUsers: [],
  slackGroups: ['S0ONCALL'],
  awsPrincipals: [],
};

describe('one incident', () => {
  test('is one message, edited in place to the newest state: what lies between is skipped', async () => {
    const run = outboxWorld(slackApp());
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    const now = run.world.clock.now();
    await run.say(id, { questions: [question(now)] });
    await run.say(id, { questions: [] });
    await run.close(id);
    await run.world.clock.advance(5 * SECOND_MS);
    const [message, ...others] = run.world.slack.messages;
    expect(others).toEqual([]);
    expect(message?.shown.map((state) => messageText(state)[0]?.slice(0, 2).trim())).toEqual(['🔵', '✅']);
  });

  test('a question can be answered before anybody sees it, and its buttons go with the answer', async () => {
    const run = outboxWorld(slackApp());
    const asked = question(run.world.clock.now());
    const [id = ''] = await run.open(1, 1, { questions: [asked] });
    await run.world.clock.advance(5 * SECOND_MS);
    const calls = run.world.calls.calls.filter(({ process }) => process === 'notifier');
    const put = calls.find(({ method }) => method === 'putNew')?.n ?? Number.POSITIVE_INFINITY;
    expect(put).toBeLessThan(calls.find(({ port }) => port === 'slack')?.n ?? 0);
    const text = () => messageText(run.world.slack.messages[0] ?? { blocks: [] }).join('\n');
    expect(text()).toContain('[Approve]');
    const answer = { decision: 'approved', by: 'slack:T1/U1', at: run.world.clock.now() } as const;
    await run.say(id, { questions: [{ ...asked, answer }] });
    await run.world.clock.advance(5 * SECOND_MS);
    expect(text()).not.toContain('[Approve]');
    expect(text()).toContain('approved by @U1');
  });

  test('a question that is asked for hours can be answered to its end: who is in a group is read again', async () => {
    const run = outboxWorld(slackApp(), undefined, [ON_CALL]);
    run.world.slack.groups.set('S0ONCALL', ['U0ANA']);
    const asked = { ...question(run.world.clock.now()), expiresAt: run.world.clock.now() + 4 * HOUR_MS };
    await run.open(1, 1, { questions: [asked] });
    for (let minutes = 0; minutes < 180; minutes += 5) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.nudge();
    }
    const members = readMembers(run.world.table, [ON_CALL], run.world.clock.now());
    const read = (await run.world.clock.run(members)).get('S0ONCALL');
    expect(read).toMatchObject({ known: true, value: ['U0ANA'] });
  });

  test('a new generation is a new message; the one before shows how it ended', async () => {
    const run = outboxWorld(slackApp());
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    await run.close(id);
    await run.world.clock.advance(MINUTE_MS);
    await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run).map((line) => line.slice(0, 2).trim())).toEqual(['✅', '🔵']);
  });

  test('a message that somebody deleted comes back while the incident is open, and not after its end', async () => {
    const run = outboxWorld(slackApp());
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    run.world.slack.remove(run.world.slack.messages[0]?.ts ?? '');
    await run.say(id, {});
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run)).toHaveLength(1);
    run.world.slack.remove(run.world.slack.messages[0]?.ts ?? '');
    await run.close(id);
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run)).toEqual([]);
  });

  test('its log is told in the thread, fifteen lines a reply, each line once', async () => {
    const run = outboxWorld(slackApp());
    const [id = ''] = await run.open(1);
    const { ledger } = run.simulation;
    for (let line = 10; line < 50; line++) {
      await run.world.clock.run(ledger.append(id, `g1.line.${line}`, { kind: 'note', text: `line ${line}` }));
    }
    await run.world.clock.advance(30 * SECOND_MS);
    await run.say(id, {});
    await run.world.clock.advance(30 * SECOND_MS);
    const replies = run.world.slack.messages[0]?.replies ?? [];
    const told = replies.flatMap(messageText).flatMap((text) => /line \d+/.exec(text) ?? []);
    expect(told).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 10}`));
    expect(replies).toHaveLength(3);
  });
});

describe('limits', () => {
  test('one message a second in a channel, and the rest of 60 comes without anybody asking', async () => {
    const route = { stormAfter: 100 };
    const run = outboxWorld(slackApp(route));
    await run.open(1, 60);
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(run.world.slack.messages).toHaveLength(60);
    expect(run.world.slack.refusals).toBe(0);
    const gaps = run.world.slack.posts.map((at, index, all) => at - (all[index - 1] ?? 0)).slice(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SECOND_MS);
  });

  test('45 edits a minute over all channels of the app', async () => {
    const channels = ['C0A', 'C0B', 'C0C'];
    const run = outboxWorld(slackApp({ stormAfter: 100, channels }));
    const ids = await run.open(1, 30);
    await run.world.clock.advance(3 * MINUTE_MS);
    for (const id of ids) await run.close(id);
    await run.world.clock.advance(6 * MINUTE_MS);
    const { updates, refusals, messages } = run.world.slack;
    expect(messages.map((message) => messageText(message)[0]?.slice(0, 1))).toEqual(Array(90).fill('✅'));
    const most = Math.max(
      ...updates.map((from) => updates.filter((at) => at >= from && at < from + MINUTE_MS).length),
    );
    expect(most).toBeLessThanOrEqual(45);
    expect(refusals).toBe(0);
  });

  test('who waits for a person goes before everybody else', async () => {
    const run = outboxWorld(slackApp({ stormAfter: 100 }));
    await run.open(1, 20);
    await run.world.clock.advance(5 * SECOND_MS);
    const [asking = ''] = await run.open(21, 21, { questions: [question(run.world.clock.now())] });
    await run.world.clock.advance(2 * MINUTE_MS);
    const order = run.world.slack.messages.map(({ metadata }) => metadata?.event_payload['incident']);
    expect(order.indexOf(asking)).toBeLessThan(11);
  });
});

describe('what the sweep heals', () => {
  test('a hint that was lost: open incidents are looked at', async () => {
    const run = outboxWorld(slackApp());
    const faults = { ledger: run.simulation.ledger };
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    const more = { announce: 5, announced: 5, questions: [question(run.world.clock.now())] };
    await run.world.clock.run(faults.ledger.changeAny(id, (current) => ({ ...current, ...more })));
    await run.nudge();
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run)[0]).toContain('🟠');
  });

  test('a closing that no hint told: a message of an open incident is checked every quarter of an hour', async () => {
    const run = outboxWorld(slackApp());
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    const end = { status: 'closed', closedAt: run.world.clock.now(), announce: 9, announced: 9 } as const;
    const outcome = { kind: 'fixed', summary: 'Done.', details: [] } as const;
    await run.world.clock.run(
      run.simulation.ledger.changeAny(id, (current) => ({
        ...current,
        ...end,
        outcome: { ...outcome, details: [] },
      })),
    );
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.nudge();
    }
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run)[0]).toContain('✅');
  });

  test('a ledger that cannot be read: the hint comes back by itself', async () => {
    const faults = new FaultPlan([
      { process: 'notifier', port: 'table', until: 3, fault: { kind: 'throttle' } },
    ]);
    const run = outboxWorld(slackApp(), faults);
    await run.open(1);
    await run.world.clock.advance(HOUR_MS / 2);
    expect(headlines(run)).toHaveLength(1);
    expect(run.simulation.notifier?.lane.deadLetters).toEqual([]);
  });
});

describe('a webhook', () => {
  test('posts what is opened, what needs somebody and what is over, and nothing in between', async () => {
    const run = outboxWorld(slackWebhook());
    const [id = ''] = await run.open(1);
    await run.world.clock.advance(5 * SECOND_MS);
    const asked = question(run.world.clock.now());
    await run.say(id, { questions: [asked] });
    await run.world.clock.advance(5 * SECOND_MS);
    const answer = { decision: 'approved', by: 'aws:x', at: run.world.clock.now() } as const;
    await run.say(id, { questions: [{ ...asked, answer }] });
    await run.world.clock.advance(5 * SECOND_MS);
    await run.close(id);
    await run.world.clock.advance(5 * SECOND_MS);
    expect(headlines(run).map((line) => line.slice(0, 2).trim())).toEqual(['🔵', '🟠', '🔵', '✅']);
    const text = run.world.slack.messages.flatMap(messageText).join('\n');
    expect(text).not.toContain('[Approve]');
    expect(text).toContain(`paramedic approve ${id}`);
    expect(run.world.slack.updates).toEqual([]);
  });
});
