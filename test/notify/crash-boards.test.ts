import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp } from '../support/slack.ts';
import { ended, type OutboxWorld, outboxWorld, question } from './outbox-world.ts';

const ROUTE = { stormAfter: 3, observeDigestMs: HOUR_MS / 2 };

async function sweepFor(run: OutboxWorld, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
}

/** Six at once, one of which asks, until all have ended. */
async function storm(faults?: FaultPlan): Promise<OutboxWorld> {
  const run = outboxWorld(slackApp(ROUTE), faults);
  const ids = await run.open(1, 5);
  const [asking = ''] = await run.open(6, 6, { questions: [question(run.world.clock.now())] });
  await sweepFor(run, 10);
  for (const id of [...ids, asking]) await run.close(id);
  await sweepFor(run, 60);
  return run;
}

/** Two that only observed. */
async function digest(faults?: FaultPlan): Promise<OutboxWorld> {
  const run = outboxWorld(slackApp(ROUTE), faults);
  await run.open(1, 2, ended(run.world.clock.now(), 'observed'));
  await sweepFor(run, 90);
  return run;
}

/** What the channel shows in the end, each message once. */
function shown({ world }: OutboxWorld): string[] {
  const texts = world.slack.messages.map(({ blocks }) => messageText({ blocks }).slice(0, 4).join('\n'));
  return [...new Set(texts.map((text) => text.replace(/\d\d:\d\d:\d\d UTC/g, 'then')))].toSorted(
    (left, right) => left.localeCompare(right),
  );
}

describe.each([
  { name: 'a storm', play: storm, messages: 2 },
  { name: 'a digest', play: digest, messages: 1 },
])('a notifier that crashes at every port call that tells $name', async ({ play, messages }) => {
  const clean = await play();
  const calls = clean.world.calls.calls.filter(({ process }) => process === 'notifier');

  test('the clean run tells everything in few messages', () => {
    expect(clean.world.slack.messages).toHaveLength(messages);
    expect(calls.length).toBeGreaterThan(20);
  });

  test.each(calls.map(({ port, method }, index) => [index + 1, `${port}.${method}`] as const))(
    'call %i, %s: before and after it, at most one duplicate and nothing lost',
    async (nth) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const run = await play(new FaultPlan([{ process: 'notifier', nth, fault: { kind } }]));
        expect(run.world.slack.messages.length).toBeLessThanOrEqual(messages + 1);
        // A copy keeps what it showed: whatever the clean run shows in the end must stand there as well.
        expect({ kind, shown: shown(run) }).toEqual({ kind, shown: expect.arrayContaining(shown(clean)) });
        expect(run.world.table.items().filter(({ openPk }) => openPk === 'OUTBOX')).toEqual([]);
      }
    },
  );
});
