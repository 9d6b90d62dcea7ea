import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { planChannel } from '../../shared/notify/deliver-plan.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp } from '../support/slack.ts';
import { message, outboxOf } from './messages.ts';
import { ended, type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

const QUIET = { stormAfter: 100 };
const OBSERVED = { ...QUIET, observeDigestMs: HOUR_MS };

function texts({ world }: OutboxWorld): string[] {
  return world.slack.messages.map((each) => messageText(each).join('\n'));
}

async function sweepFor(run: OutboxWorld, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
  await run.world.clock.advance(30 * SECOND_MS);
}

describe('incidents that only observed', () => {
  test('are told together, an hour after the first of them, and those after it in the next hour', async () => {
    const run = outboxWorld(slackApp(OBSERVED));
    const observed = ended(run.world.clock.now(), 'observed');
    const first = await run.open(1, 4, observed);
    await sweepFor(run, 30);
    const second = await run.open(5, 6, observed);
    await sweepFor(run, 25);
    expect(texts(run)).toEqual([]);
    await sweepFor(run, 10);
    expect(texts(run)).toHaveLength(1);
    for (const id of [...first, ...second]) expect(texts(run)[0]).toContain(id);
    const third = await run.open(7, 7, observed);
    await sweepFor(run, 90);
    expect(texts(run)).toHaveLength(2);
    expect(texts(run)[1]).toContain('1 incident observed only');
    expect(texts(run)[1]).toContain(third[0]);
  });

  test('one by one where the config says so', async () => {
    const run = outboxWorld(slackApp({ ...QUIET, observeDigestMs: 0 }));
    await run.open(1, 3, ended(run.world.clock.now(), 'observed'));
    await run.world.clock.advance(MINUTE_MS);
    expect(run.world.slack.messages).toHaveLength(3);
  });

  test('one that asks after all is told at once', async () => {
    const run = outboxWorld(slackApp(OBSERVED));
    const [id = ''] = await run.open(1, 1, ended(run.world.clock.now(), 'observed'));
    await run.world.clock.advance(MINUTE_MS);
    const questions = [question(run.world.clock.now())];
    await run.say(id, { status: 'open', questions });
    await run.world.clock.advance(MINUTE_MS);
    expect(run.world.slack.about(id)).toHaveLength(1);
  });
});

describe('what was missed', () => {
  test('an open incident is told by itself however late; what has ended meanwhile comes in one digest', async () => {
    const faults = new FaultPlan();
    const up = faults.add({ port: 'slack', fault: { kind: 'unreachable' } });
    const run = outboxWorld(slackApp(QUIET), faults);
    const ids = await run.open(1, 6);
    const [open = '', ...others] = ids;
    for (const id of others) await run.close(id);
    await sweepFor(run, 30);
    up();
    await sweepFor(run, 10);
    expect(run.world.slack.about(open)).toHaveLength(1);
    expect(run.world.slack.messages).toHaveLength(2);
    const digest = texts(run).find((text) => text.includes('5 incidents not told in time')) ?? '';
    for (const id of others) expect(digest).toContain(id);
  });

  test('a message whose fate is unknown after two posts is told by a digest, and never a third time', async () => {
    const faults = new FaultPlan([
      { port: 'slack', method: 'post', until: 2, fault: { kind: 'lost-reply' } },
    ]);
    const run = outboxWorld(slackApp(QUIET), faults);
    const [id = ''] = await run.open(1);
    await sweepFor(run, 20);
    await run.close(id);
    await sweepFor(run, 60);
    expect(run.world.slack.about(id)).toHaveLength(2);
    expect(texts(run).filter((text) => text.includes('1 incident not told in time'))).toHaveLength(1);
  });

  test('what is put off goes along with what is due', () => {
    const now = DAY_MS;
    const closed = { status: 'fixed', stage: 'closed', closedAt: 0, openedAt: 0 } as const;
    const due = message({ ...closed, dueAt: now });
    const later = message({ ...closed, state: 'unclear', dueAt: now + HOUR_MS });
    const outbox = outboxOf([due, later]);
    expect(planChannel(outbox, now).digests.map(({ value }) => value.members)).toEqual([
      outbox.messages.map(({ sk }) => sk),
    ]);
    expect(planChannel(outboxOf([later]), now).digests).toEqual([]);
  });
});
