import { expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackWebhook } from '../support/slack.ts';
import { outboxWorld, question } from './outbox-world.ts';

test('a webhook hears of a question that follows another between two looks, and of each once', async () => {
  const run = outboxWorld(slackWebhook());
  const asked = question(run.world.clock.now());
  const [id = ''] = await run.open(1, 1, { questions: [asked] });
  await run.world.clock.advance(5 * SECOND_MS);
  const answer = { decision: 'approved', by: 'aws:x', at: run.world.clock.now() } as const;
  const first = { ...asked, answer };
  const next = { ...question(run.world.clock.now()), key: 'k-2' };
  // A plan that drifted asks again for the same step.
  const again = { ...asked, askedAt: run.world.clock.now() };
  for (const questions of [
    [first, next],
    [first, { ...next, answer }, again],
  ]) {
    await run.say(id, { questions: [first] });
    await run.say(id, { questions });
    await run.world.clock.advance(20 * MINUTE_MS);
    await run.say(id, { questions });
    await run.world.clock.advance(MINUTE_MS);
  }
  const commands = run.world.slack.messages
    .flatMap(messageText)
    .flatMap((line) => /--step \S+/.exec(line) ?? []);
  expect(commands).toEqual(['--step k-1', '--step k-2', '--step k-1']);
});
