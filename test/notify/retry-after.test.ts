import { expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { claimUpdate, holdUpdates } from '../../shared/notify/outbox-rate.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { slackApp } from '../support/slack.ts';
import { outboxWorld } from './outbox-world.ts';

test('a Retry-After of a day keeps a channel silent for a quarter of an hour', async () => {
  const faults = new FaultPlan([{ port: 'slack', until: 1, fault: { kind: 'throttle', retryAfter: '24h' } }]);
  const run = outboxWorld(slackApp(), faults);
  await run.open(1);
  for (let sweeps = 0; sweeps < 4; sweeps++) {
    expect(run.world.slack.messages).toEqual([]);
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
  await run.world.clock.advance(10 * SECOND_MS);
  expect(run.world.slack.messages).toHaveLength(1);
});

test('a 429 to an edit in one channel holds the edits of all others until Retry-After has passed', async () => {
  const faults = new FaultPlan();
  const run = outboxWorld(slackApp({ channels: ['C0A', 'C0B', 'C0C'] }), faults);
  const [id = ''] = await run.open(1);
  await run.world.clock.advance(30 * SECOND_MS);
  faults.add({ port: 'slack', method: 'update', until: 1, fault: { kind: 'throttle', retryAfter: '40s' } });
  await run.close(id);
  await run.world.clock.advance(2 * SECOND_MS);
  const before = run.world.slack.updates.length;
  await run.world.clock.advance(30 * SECOND_MS);
  // One that was under way in that very moment.
  expect(before).toBeLessThanOrEqual(1);
  expect(run.world.slack.updates).toHaveLength(before);
  await run.world.clock.advance(MINUTE_MS);
  expect(run.world.slack.updates).toHaveLength(3);
});

test('while the app must wait no edit is given out, and the moment it may is told', async () => {
  const table = new MemoryTable();
  await holdUpdates(table, 30_000);
  expect(await claimUpdate(table, 29_999)).toEqual({ freeAt: 30_000 });
  expect(await claimUpdate(table, 30_000)).toBeUndefined();
});
