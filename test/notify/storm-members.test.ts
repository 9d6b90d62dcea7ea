import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp } from '../support/slack.ts';
import { type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

function textAbout({ world }: OutboxWorld, id: string): string {
  return messageText(world.slack.about(id)[0] ?? { blocks: [] }).join('\n');
}

async function sweepFor(run: OutboxWorld, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE_MS) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
}

test('who asks in the middle of a storm loses its buttons with the answer, and its message shows its end', async () => {
  const run = outboxWorld(slackApp());
  const [id = ''] = await run.open(1, 40);
  await run.world.clock.advance(MINUTE_MS);
  const asked = question(run.world.clock.now());
  await run.say(id, { questions: [asked] });
  await run.world.clock.advance(10 * SECOND_MS);
  expect(textAbout(run, id)).toContain('[Approve]');
  const answer = { decision: 'approved', by: 'slack:T1/U1', at: run.world.clock.now() } as const;
  await run.say(id, { questions: [{ ...asked, answer }] });
  await run.world.clock.advance(10 * SECOND_MS);
  expect(textAbout(run, id)).not.toContain('[Approve]');
  await run.close(id);
  await run.world.clock.advance(10 * SECOND_MS);
  expect(textAbout(run, id)).toContain('✅');
  expect(run.world.slack.about(id)).toHaveLength(1);
});

test('an incident that stays open for hours after a storm does not keep later ones from being told', async () => {
  const run = outboxWorld(slackApp());
  const [stuck = '', ...others] = await run.open(1, 10);
  await sweepFor(run, 10 * MINUTE_MS);
  for (const id of others) await run.close(id);
  await sweepFor(run, 6 * HOUR_MS);
  const [late = ''] = await run.open(11);
  await run.world.clock.advance(10 * SECOND_MS);
  expect(run.world.slack.about(late)).toHaveLength(1);
  expect(run.world.slack.about(stuck)).toEqual([]);
});
