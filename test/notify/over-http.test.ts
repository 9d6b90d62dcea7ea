import { describe, expect, test } from 'vitest';
import { type Clock, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { Ledger } from '../../shared/incident/ledger.ts';
import { silentLog } from '../../shared/log.ts';
import { recordingMetrics } from '../../shared/metrics.ts';
import { notifier } from '../../shared/notify/notifier.ts';
import type { Hint } from '../../shared/ports/notifier.ts';
import { slackApi } from '../../shared/slack/api.ts';
import { MemoryTable } from '../../simulator/table.ts';
import type { Mishap } from '../slack/fake-slack.ts';
import { CHANNEL, holding, startFake, TOKEN } from '../slack/setup.ts';
import { CLUSTER, warning } from '../support/facts.ts';
import { slackApp } from '../support/slack.ts';

const START = Date.parse('2026-11-03T14:00:00Z');

/** The notifier with the real adapter, against Slack's rate limits and mishaps over TCP; nobody waits for real. */
async function wired(...mishaps: Mishap[]) {
  let time = START;
  const clock: Clock = {
    now: () => time,
    sleep: async (ms) => {
      time += Math.max(0, ms);
    },
  };
  const fake = await startFake({ limits: true, now: clock.now });
  fake.next('chat.postMessage', ...mishaps);
  const table = new MemoryTable();
  const ledger = new Ledger(table, clock);
  const about = { trouble: 'node-interruption', cluster: CLUSTER };
  const { incident } = await ledger.accept(warning(), about);
  const hints: { hint: Hint; delayMs: number }[] = [];
  const metrics = recordingMetrics();
  const handle = notifier({
    clock,
    table,
    log: silentLog,
    metrics,
    risks: {},
    hints: { send: async (hint, delayMs) => void hints.push({ hint, delayMs }) },
    slack: (botTokenArn) =>
      slackApi({ secrets: holding(TOKEN), botTokenArn, baseUrl: fake.url, timeoutMs: 300 }),
    webhook: () => ({ post: () => Promise.reject(new Error('not used')) }),
    charts: { draw: () => Promise.reject(new Error('not used')) },
    people: async () => slackApp({ channels: [CHANNEL] }),
    policyFor: async () => ({ mode: 'auto', modeRule: 'test', configHash: 'test', approvers: [] }),
  });
  const deliver = async (body: string) => {
    const result = await handle({ Records: [{ ...RECORD, body }] }, () => MINUTE_MS);
    expect(result.batchItemFailures).toEqual([]);
  };
  return {
    fake,
    hints,
    metrics,
    /** One more announcement, and its hint. */
    announce: async () => {
      await ledger.changeAny(incident.id, (current) => ({ ...current, announce: current.announce + 1 }));
      await deliver(JSON.stringify({ incidents: [incident.id] }));
    },
    /** Delivers the delayed hints in their time, as the queue does, until none is left. */
    settle: async () => {
      for (let next = hints.shift(); next !== undefined; next = hints.shift()) {
        time += next.delayMs;
        await deliver(JSON.stringify(next.hint));
      }
    },
    seconds: () => (time - START) / SECOND_MS,
  };
}

const RECORD = {
  messageId: 'm-1',
  receiptHandle: 'r',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'x',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:210987654321:paramedic-test-notifier',
  awsRegion: 'eu-west-1',
};

describe('the outbox over HTTP', () => {
  test('one message, edited with the next news, its log in the thread, within the rate limits', async () => {
    const run = await wired();
    await run.announce();
    await run.announce();
    const [message, ...others] = run.fake.workspace.messages.filter(({ threadTs }) => threadTs === undefined);
    expect(others).toEqual([]);
    expect(message?.edits).toBe(1);
    expect(run.metrics.total('Notifications', { result: 'throttled' })).toBe(0);
    expect(run.hints).toEqual([]);
  });

  test('429: silent until Retry-After has passed, by a delayed hint', async () => {
    const run = await wired({ status: 429, retryAfter: 30 });
    await run.announce();
    expect(run.fake.workspace.messages).toEqual([]);
    expect(run.hints).toEqual([{ hint: { channel: CHANNEL }, delayMs: 30_000 }]);
    await run.settle();
    expect(run.fake.workspace.seen(CHANNEL)).toHaveLength(1);
    expect(run.seconds()).toBeGreaterThanOrEqual(30);
  });

  test.each<[string, Mishap[], number]>([
    ['500 after accepting', ['accepted-then-500'], 2],
    ['silence after accepting', ['accepted-then-hang'], 2],
    ['a lost connection after accepting', ['accepted-then-reset'], 2],
    ['the same three times', ['accepted-then-500', 'accepted-then-500', 'accepted-then-500'], 2],
    ['a lost connection before', ['reset'], 1],
    ['fatal_error', [{ error: 'fatal_error' }], 1],
    ['not in the channel, five times', Array<Mishap>(5).fill({ error: 'not_in_channel' }), 1],
    ['a message Slack does not take', [{ error: 'invalid_blocks' }], 1],
  ])('%s: %#', async (_, mishaps, copies) => {
    const run = await wired(...mishaps);
    await run.announce();
    await run.settle();
    expect(run.fake.workspace.seen(CHANNEL)).toHaveLength(copies);
  });
});
