import { describe, expect, test } from 'vitest';
import { PortError } from '../../shared/errors.ts';
import type { Log, LogFields } from '../../shared/log.ts';
import { notifierEnvironment } from '../../shared/notify/delivery.ts';
import { notifier } from '../../shared/notify/notifier.ts';
import { renderIncident } from '../../shared/notify/render.ts';
import type { SlackMessage } from '../../shared/ports/slack.ts';
import { Process } from '../../simulator/process.ts';
import { slackApp } from '../support/slack.ts';
import { outboxWorld } from './outbox-world.ts';

const CANARIES = {
  token: `xoxb-${'1234567890'.repeat(2)}-canary`,
  webhook: 'https://hooks.slack.com/services/T0CANARY/B0CANARY/canarycanary',
  key: 'AKIACANARYCANARY1234',
  jwt: `eyJ${'canary'.repeat(4)}.eyJ${'canary'.repeat(4)}.c2lnbmF0dXJl`,
};
const LEAK = /canary/i;

/** Runs the notifier over one hint, with a Slack that keeps what it was given or says no. */
async function notify(isDown: boolean) {
  const run = outboxWorld(slackApp());
  const [id = ''] = await run.open(1);
  const summary = `failed: ${Object.values(CANARIES).join(' ')}`;
  await run.say(id, { outcome: { kind: 'escalated', summary, details: [summary] }, status: 'closed' });
  const { ledger } = run.simulation;
  await run.world.clock.run(ledger.append(id, 'g1.note', { kind: 'note', text: summary }));
  const said: SlackMessage[] = [];
  const lines: string[] = [];
  const write = (message: string, fields?: LogFields) => lines.push(JSON.stringify({ message, fields }));
  const log: Log = { info: write, warn: write, error: write };
  const slack = {
    post: async (message: SlackMessage) => {
      said.push(message);
      if (isDown) throw new PortError('transient', 'Slack said no', { operation: 'slack:chat.postMessage' });
      return { ts: '1.000001' };
    },
    update: async () => {},
    uploadImage: async () => {},
    groupMembers: async () => [],
  };
  const refuse = () => Promise.reject(new Error('not used'));
  const ports = { slack: () => slack, webhook: () => ({ post: refuse }), charts: { draw: refuse } };
  const environment = { ...run.simulation.environment(new Process('notifier')), log };
  const handle = notifier(notifierEnvironment(environment, ports, { send: async () => {} }, {}));
  const attributes = { incident: { dataType: 'String', stringValue: id } };
  const incident = await run.world.clock.run(ledger.readIncident(id));
  if (incident === undefined) throw new Error('no incident');
  const { body } = renderIncident(incident, run.world.clock.now());
  const records = [
    { ...RECORD, messageId: 'm-1', body, messageAttributes: attributes },
    { ...RECORD, messageId: 'm-2', body: CANARIES.token, messageAttributes: {} },
  ];
  const result = await run.world.clock.run(handle({ Records: records }, () => 60_000));
  const outbox = JSON.stringify(run.world.table.items().filter(({ pk }) => pk.startsWith('OUT')));
  return { said, lines, result, outbox, metrics: JSON.stringify(run.simulation.metrics.data) };
}

const RECORD = {
  receiptHandle: 'r',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'x',
    ApproximateFirstReceiveTimestamp: '0',
  },
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:210987654321:paramedic-test-notifier',
  awsRegion: 'eu-west-1',
};

describe('T45: secrets in what others wrote', () => {
  test('stand in no message, no reply, no log line, no metric and no row of the outbox', async () => {
    const { said, lines, result, outbox, metrics } = await notify(false);
    expect(result.batchItemFailures).toEqual([]);
    expect(said.length).toBeGreaterThan(1);
    expect(JSON.stringify(said)).toContain('[redacted Slack token]');
    for (const text of [JSON.stringify(said), lines.join('\n'), outbox, metrics])
      expect(text).not.toMatch(LEAK);
  });

  test('nor when Slack says no: the line says why, and no body', async () => {
    const { lines, outbox } = await notify(true);
    expect(lines.join('\n')).toContain('Slack said no');
    expect(lines.join('\n')).not.toMatch(LEAK);
    expect(outbox).not.toMatch(LEAK);
  });
});
