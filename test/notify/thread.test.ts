import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { slackApp } from '../support/slack.ts';
import { type OutboxWorld, outboxWorld } from './outbox-world.ts';

async function write({ world, simulation }: OutboxWorld, id: string, text: string): Promise<void> {
  await world.clock.run(simulation.ledger.append(id, `g1.${text}`, { kind: 'note', text }));
}

/** The lines `line …` in the thread, in the order they were told in. */
function told({ world }: OutboxWorld): string[] {
  const replies = world.slack.messages[0]?.replies ?? [];
  return replies.flatMap(messageText).flatMap((line) => /line \w+/.exec(line) ?? []);
}

async function opened(faults = new FaultPlan()) {
  const run = outboxWorld(slackApp(), faults);
  const [id = ''] = await run.open(1);
  await run.world.clock.advance(30 * SECOND_MS);
  return { run, id };
}

async function sweepFor(run: OutboxWorld, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE_MS) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
}

test('replies that Slack takes and answers with 500, for two hours: no line stands there a third time', async () => {
  const faults = new FaultPlan();
  const { run, id } = await opened(faults);
  const up = faults.add({ port: 'slack', method: 'post', fault: { kind: 'lost-reply' } });
  await write(run, id, 'line one');
  await run.say(id, {});
  await sweepFor(run, HOUR_MS);
  await write(run, id, 'line two');
  await run.say(id, {});
  await sweepFor(run, HOUR_MS);
  up();
  await write(run, id, 'line three');
  await run.say(id, {});
  await sweepFor(run, 10 * MINUTE_MS);
  expect(told(run).toSorted((left, right) => left.localeCompare(right))).toEqual([
    'line one',
    'line one',
    'line three',
    'line two',
    'line two',
  ]);
});

test('a notifier that dies after each reply: the line stands there twice at most', async () => {
  const crash = {
    process: 'notifier',
    port: 'slack',
    method: 'post',
    fault: { kind: 'crash-after' },
  } as const;
  const faults = new FaultPlan();
  const { run, id } = await opened(faults);
  faults.add({ ...crash, until: 4 });
  await write(run, id, 'line one');
  await run.say(id, {});
  await sweepFor(run, 2 * HOUR_MS);
  expect(told(run)).toEqual(['line one', 'line one']);
});

test('replies that never arrived are told once Slack is back, each line once', async () => {
  const faults = new FaultPlan();
  const { run, id } = await opened(faults);
  const up = faults.add({ port: 'slack', method: 'post', fault: { kind: 'unreachable' } });
  await write(run, id, 'line one');
  await run.say(id, {});
  await sweepFor(run, HOUR_MS);
  up();
  await sweepFor(run, 10 * MINUTE_MS);
  expect(told(run)).toEqual(['line one']);
});

test('a line that comes to light after a later one is told, and the later one not again', async () => {
  const { run, id } = await opened();
  await write(run, id, 'line two');
  await run.say(id, {});
  await run.world.clock.advance(30 * SECOND_MS);
  const later = run.world.table.items().find(({ sk }) => sk === 'H#g1.line two');
  if (later === undefined) throw new Error('not written');
  const earlier = { ...later, sk: 'H#g1.line one', text: 'line one', at: Number(later['at']) - SECOND_MS };
  await run.world.table.putNew(earlier);
  await run.say(id, {});
  await run.world.clock.advance(30 * SECOND_MS);
  expect(told(run)).toEqual(['line two', 'line one']);
});
