import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { isServed } from '../../shared/notify/routes.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { WEBHOOK_TARGET } from '../../simulator/slack-ports.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { CHANNEL, slackApp, slackWebhook } from '../support/slack.ts';
import { type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

async function sweepFor(run: OutboxWorld, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE_MS) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
}

function callsTo({ world }: OutboxWorld, channel: string): number {
  return world.calls.calls.filter(
    ({ port, args }) => port === 'slack' && JSON.stringify(args).includes(channel),
  ).length;
}

test('a wrong channel that was put right in the config is tried no more', async () => {
  const people = slackApp();
  const run = outboxWorld(people, new FaultPlan([{ port: 'slack', fault: { kind: 'unauthorised' } }]));
  await run.open(1, 3);
  await sweepFor(run, 10 * MINUTE_MS);
  Object.assign(people, slackApp({ channels: ['C0RIGHT'] }));
  const before = callsTo(run, CHANNEL);
  expect(before).toBeGreaterThan(0);
  await sweepFor(run, 2 * HOUR_MS);
  expect(callsTo(run, CHANNEL)).toBe(before);
  expect((await run.outbox()).messages.filter(({ value }) => value.dueAt !== undefined)).toEqual([]);
});

test('a channel that was left out by mistake and is named again hears what it missed', async () => {
  const people = slackApp();
  const faults = new FaultPlan();
  const run = outboxWorld(people, faults);
  const up = faults.add({ port: 'slack', fault: { kind: 'unauthorised' } });
  const [id = ''] = await run.open(1);
  await run.say(id, { questions: [question(run.world.clock.now())] });
  await sweepFor(run, 5 * MINUTE_MS);
  Object.assign(people, { routes: [] });
  await sweepFor(run, 10 * MINUTE_MS);
  expect((await run.outbox()).messages.filter(({ value }) => value.dueAt !== undefined)).toEqual([]);
  up();
  Object.assign(people, slackApp());
  await sweepFor(run, 10 * MINUTE_MS);
  expect(run.world.slack.messages.flatMap(messageText).join(' ')).toContain('[Approve]');
});

test('an app that gave way to a webhook: its channels do not post to the webhook as well', async () => {
  const people = slackApp({ channels: ['C0A', 'C0B', 'C0C'] });
  const run = outboxWorld(people);
  const [id = ''] = await run.open(1);
  await run.world.clock.advance(30 * SECOND_MS);
  Object.assign(people, slackWebhook());
  await run.say(id, {});
  await sweepFor(run, HOUR_MS);
  await run.close(id);
  await sweepFor(run, HOUR_MS);
  const posted = run.world.slack.messages.filter(({ channel }) => channel === WEBHOOK_TARGET);
  expect(posted.map((message) => messageText(message)[0]?.slice(0, 2).trim())).toEqual(['🔵', '✅']);
});

test('what no route names is served by nobody; while Slack is switched off nothing is forgotten', () => {
  expect(isServed(slackApp(), CHANNEL)).toBe(true);
  expect(isServed(slackApp(), 'C0OTHER')).toBe(false);
  expect(isServed(slackApp(), 'webhook')).toBe(false);
  expect(isServed(slackWebhook(), 'webhook')).toBe(true);
  expect(isServed(slackWebhook(), CHANNEL)).toBe(false);
  expect(isServed(slackApp({}, { slack: { delivery: 'off' } }), 'C0OTHER')).toBe(true);
});
