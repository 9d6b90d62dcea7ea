import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { isStormOver, stormFor } from '../../shared/notify/storm.ts';
import { WEBHOOK_TARGET } from '../../simulator/slack-ports.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp, slackWebhook } from '../support/slack.ts';
import { message, outboxOf } from './messages.ts';
import { type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

/** The most within any minute. */
function perMinute(times: readonly number[]): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE_MS).length),
  );
}

function stormsIn({ world }: OutboxWorld) {
  return world.slack.messages.filter(({ text }) => text.includes('incidents:'));
}

describe('T22: 500 incidents at once', () => {
  test('at most 15 posts and 45 edits a minute, one storm, and no question lost', async () => {
    const run = outboxWorld(slackApp());
    const now = run.world.clock.now();
    const [quiet, asking] = [
      await run.open(1, 497),
      await run.open(498, 500, { questions: [question(now)] }),
    ];
    await run.world.clock.advance(4 * MINUTE_MS);
    for (const id of quiet.slice(0, 490)) await run.close(id);
    await run.world.clock.advance(20 * MINUTE_MS);
    for (const id of [...quiet.slice(490), ...asking]) await run.close(id);
    for (let sweeps = 0; sweeps < 8; sweeps++) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.nudge();
    }
    const { slack } = run.world;
    expect(slack.posts.length).toBeLessThanOrEqual(15);
    expect(perMinute(slack.updates)).toBeLessThanOrEqual(45);
    expect(slack.refusals).toBe(0);
    const asked = asking.map((id) =>
      slack.about(id).map(({ shown }) => messageText(shown[0] ?? { blocks: [] })),
    );
    expect(asked.map((messages) => messages.length)).toEqual([1, 1, 1]);
    for (const lines of asked.flat()) expect(lines.join()).toContain('[Approve]');
    const [storm, ...others] = stormsIn(run);
    expect(others).toEqual([]);
    expect(messageText(storm ?? { blocks: [] }).join('\n')).toContain('Fixed and verified: 500');
    expect(storm?.text).toContain('over since');
  });

  test('the counts change at most every five minutes', async () => {
    const run = outboxWorld(slackApp());
    const ids = await run.open(1, 60);
    for (const id of ids.slice(0, 30)) {
      await run.world.clock.advance(20 * SECOND_MS);
      await run.close(id);
    }
    await run.world.clock.advance(11 * MINUTE_MS);
    const [storm] = stormsIn(run);
    expect(storm?.edits).toBeGreaterThan(1);
    expect(run.world.slack.updates.length).toBeLessThanOrEqual(21 / 5);
  });

  test('a question that comes up in the middle of it gets a message of its own', async () => {
    const run = outboxWorld(slackApp());
    const [first = ''] = await run.open(1, 40);
    await run.world.clock.advance(MINUTE_MS);
    expect(run.world.slack.about(first)).toEqual([]);
    await run.say(first, { questions: [question(run.world.clock.now())] });
    await run.world.clock.advance(10 * SECOND_MS);
    expect(messageText(run.world.slack.about(first)[0] ?? { blocks: [] }).join()).toContain('[Approve]');
  });

  test('a webhook hears of its beginning and its end', async () => {
    const run = outboxWorld(slackWebhook());
    for (const id of await run.open(1, 40)) await run.close(id);
    for (let sweeps = 0; sweeps < 6; sweeps++) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.nudge();
    }
    expect(stormsIn(run).map(({ channel, text }) => [channel, /going on|over/.exec(text)?.[0]])).toEqual([
      [WEBHOOK_TARGET, 'going on'],
      [WEBHOOK_TARGET, 'over'],
    ]);
  });
});

describe('what makes a storm', () => {
  const many = Array.from({ length: 6 }, (_, index) => message({ openedAt: index * MINUTE_MS }));

  test('more than so many of one cluster and kind within the time', () => {
    const newest = message({ openedAt: 5 * MINUTE_MS });
    expect(stormFor(outboxOf(many), newest)?.value).toMatchObject({ cluster: 'prod', since: 0 });
    expect(stormFor(outboxOf(many.slice(1)), newest)).toBeUndefined();
    expect(stormFor(outboxOf(many), { ...newest, cluster: 'test' })).toBeUndefined();
    expect(stormFor(outboxOf(many), { ...newest, kind: 'rebalance' })).toBeUndefined();
    const slow = many.map((each, index) => ({ ...each, openedAt: index * 4 * MINUTE_MS }));
    expect(stormFor(outboxOf(slow), { ...newest, openedAt: 20 * MINUTE_MS })).toBeUndefined();
  });

  test('the earliest of the crowd belong to it as much as the newest', () => {
    const [earliest = message()] = many;
    expect(stormFor(outboxOf(many), earliest)).toBeDefined();
  });

  test('whatever comes while it lasts, and nothing once it is over', () => {
    const told = message({ openedAt: 50 * MINUTE_MS, via: 'S#1' });
    const outbox = outboxOf([...many.slice(0, 1), told]);
    const value = {
      cluster: 'prod',
      trouble: 'node-interruption',
      kind: 'spot-interruption',
      cause: 'x',
      since: 0,
    };
    const storm = { sk: 'S#1', value: { ...value, state: 'posted' as const, tries: 0 } };
    const later = message({ openedAt: 60 * MINUTE_MS });
    expect(stormFor({ ...outbox, storms: [storm] }, later)?.sk).toBe('S#1');
    const muchLater = message({ openedAt: 66 * MINUTE_MS });
    expect(stormFor({ ...outbox, storms: [storm] }, muchLater)).toBeUndefined();
    const over = { ...storm, value: { ...storm.value, endedAt: 50 * MINUTE_MS } };
    expect(stormFor({ ...outbox, storms: [over] }, later)).toBeUndefined();
  });

  test('it is over when all have ended and nothing came for as long as incidents are counted together', () => {
    const closed = message({ status: 'fixed', openedAt: 0 });
    expect(isStormOver([closed], 15 * MINUTE_MS)).toBe(true);
    expect(isStormOver([closed], 14 * MINUTE_MS)).toBe(false);
    expect(isStormOver([closed, message({ openedAt: 0 })], 15 * MINUTE_MS)).toBe(false);
  });
});
