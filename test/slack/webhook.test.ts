import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { slackWebhook } from '../../shared/slack/webhook.ts';
import type { Mishap } from './fake-slack.ts';
import { ARN, CHANNEL, holding, MESSAGE, startFake } from './setup.ts';

async function webhook() {
  const fake = await startFake();
  const origins = [new URL(fake.webhookUrl).origin];
  const secrets = holding(fake.webhookUrl);
  return { fake, hook: slackWebhook({ secrets, urlArn: ARN, origins, timeoutMs: 300 }) };
}

describe('incoming webhook', () => {
  test('posts the message, without any token', async () => {
    const { fake, hook } = await webhook();
    await hook.post({ ...MESSAGE, colour: '#2e7d32' });
    expect(fake.workspace.seen(CHANNEL)).toEqual([[expect.stringContaining('HIGH'), 'seen 1×']]);
    expect(fake.requests[0]?.authorization).toBeUndefined();
  });

  const failures: [Mishap, string, boolean][] = [
    [{ status: 404, body: 'no_service' }, 'not-found', false],
    [{ status: 410, body: 'channel_is_archived' }, 'not-found', false],
    [{ status: 403, body: 'invalid_token' }, 'unauthorised', false],
    [{ status: 400, body: 'invalid_payload' }, 'invalid', false],
    [{ status: 429, retryAfter: 7 }, 'throttled', false],
    ['accepted-then-500', 'transient', true],
    ['accepted-then-reset', 'unreachable', true],
    ['hang', 'unreachable', true],
  ];
  test.each(failures)('%j is %s; it may have been posted: %s', async (mishap, kind, mayHaveHappened) => {
    const { fake, hook } = await webhook();
    fake.next('webhook', mishap);
    const failure = await hook.post(MESSAGE).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind, mayHaveHappened, operation: 'slack:webhook' });
    expect(fake.requests).toHaveLength(1);
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('secret-path');
  });

  test('a secret that holds something else is sent nowhere and not repeated', async () => {
    const { fake } = await webhook();
    for (const value of ['xoxb-1234-not-a-url', 'https://elsewhere.invalid/services/T0/B0/x', fake.url]) {
      const failure = await slackWebhook({ secrets: holding(value), urlArn: ARN })
        .post(MESSAGE)
        .catch((error: unknown) => error);
      expect(failureKind(failure)).toBe('invalid');
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(value);
    }
    expect(fake.requests).toEqual([]);
  });
});
