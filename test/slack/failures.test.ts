import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { describeFailure, PortError } from '../../shared/errors.ts';
import { slackApi } from '../../shared/slack/api.ts';
import type { FakeSlack, Mishap } from './fake-slack.ts';
import { ARN, CANARY, CHANNEL, holding, MESSAGE, slackWith, TOKEN } from './setup.ts';

const here = { channel: CHANNEL };

async function failed(work: Promise<unknown>): Promise<PortError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PortError) return error;
  throw new Error(`no PortError: ${inspect(error)}`);
}

function sent(fake: FakeSlack, method: string): number {
  return fake.requests.filter((request) => request.method === method).length;
}

describe('codes', () => {
  const codes: [string, string][] = [
    ['channel_not_found', 'not-found'],
    ['message_not_found', 'not-found'],
    ['is_archived', 'not-found'],
    ['invalid_auth', 'unauthorised'],
    ['token_revoked', 'unauthorised'],
    ['missing_scope', 'unauthorised'],
    ['not_in_channel', 'unauthorised'],
    ['cant_update_message', 'unsupported'],
    ['edit_window_closed', 'unsupported'],
    ['msg_too_long', 'invalid'],
    ['msg_blocks_too_long', 'invalid'],
    ['invalid_blocks', 'invalid'],
    ['ratelimited', 'throttled'],
    ['request_timeout', 'transient'],
    ['a_code_of_next_year', 'invalid'],
  ];
  test.each(codes)('%s is %s, and was not posted', async (error, kind) => {
    const { fake, slack } = await slackWith();
    fake.next('chat.postMessage', { error });
    const failure = await failed(slack.post({ ...MESSAGE, ...here }));
    expect(failure).toMatchObject({ kind, code: error, mayHaveHappened: false });
    expect(failure.operation).toBe('slack:chat.postMessage');
  });

  test.each(['fatal_error', 'internal_error', 'service_unavailable'])(
    'after %s it may have been posted',
    async (error) => {
      const { fake, slack } = await slackWith();
      fake.next('chat.postMessage', { error });
      const failure = await failed(slack.post({ ...MESSAGE, ...here }));
      expect(failure).toMatchObject({ kind: 'transient', mayHaveHappened: true });
    },
  );

  test('a missing scope is named, and where Slack stumbled over the blocks', async () => {
    const { fake, slack } = await slackWith();
    const messages = [`[ERROR] ${CANARY} [json-pointer:/blocks/3/text]`];
    fake.next('chat.postMessage', { error: 'missing_scope', needed: 'chat:write' });
    fake.next('chat.postMessage', { error: 'invalid_blocks', response_metadata: { messages } });
    expect((await failed(slack.post({ ...MESSAGE, ...here }))).message).toContain('the scope chat:write');
    const blocks = await failed(slack.post({ ...MESSAGE, ...here }));
    expect(blocks.message).toBe('Slack said no at /blocks/3/text');
  });
});

describe('trouble on the way', () => {
  const unsure: [Mishap, string][] = [
    ['accepted-then-500', 'transient'],
    ['accepted-then-reset', 'unreachable'],
    ['accepted-then-hang', 'unreachable'],
    [{ status: 200, body: '<html>a proxy</html>' }, 'transient'],
  ];
  test.each(unsure)('a post that met %j may have happened and is sent once', async (mishap, kind) => {
    const { fake, slack } = await slackWith();
    fake.next('chat.postMessage', mishap);
    const failure = await failed(slack.post({ ...MESSAGE, ...here }));
    expect(failure).toMatchObject({ kind, mayHaveHappened: true });
    expect(sent(fake, 'chat.postMessage')).toBe(1);
    expect(fake.workspace.seen(CHANNEL).length).toBe(typeof mishap === 'string' ? 1 : 0);
  });

  test.each(['hang', 'reset', { status: 503 }, 'accepted-then-reset'] satisfies Mishap[])(
    'an update that met %j is tried once more and arrives',
    async (mishap) => {
      const { fake, slack } = await slackWith();
      const { ts } = await slack.post({ ...MESSAGE, ...here });
      fake.next('chat.update', mishap);
      await slack.update({ ...MESSAGE, text: 'Edited.', ...here, ts });
      expect(fake.workspace.messages).toMatchObject([{ ts, text: 'Edited.' }]);
      expect(sent(fake, 'chat.update')).toBe(2);
    },
  );

  test('an update gives up after its second attempt', async () => {
    const { fake, slack } = await slackWith();
    fake.next('chat.update', { status: 500 }, 'reset', { status: 500 });
    const failure = await failed(slack.update({ ...MESSAGE, ...here, ts: '1.000001' }));
    expect(failure.kind).toBe('unreachable');
    expect(sent(fake, 'chat.update')).toBe(2);
  });

  test('no name in DNS and a refused connection are unreachable and never happened', async () => {
    const { fake } = await slackWith();
    await fake.close();
    const urls: [string, string][] = [
      ['http://slack.paramedic.invalid/api', 'ENOTFOUND'],
      [fake.url, 'ECONNREFUSED'],
    ];
    for (const [baseUrl, code] of urls) {
      const slack = slackApi({ secrets: holding(TOKEN), botTokenArn: ARN, baseUrl });
      const failure = await failed(slack.post({ ...MESSAGE, ...here }));
      expect(failure).toMatchObject({ kind: 'unreachable', mayHaveHappened: false });
      expect(['EAI_AGAIN', code]).toContain(failure.code);
    }
  });

  test('a redirect is not followed with the token', async () => {
    const { fake, slack } = await slackWith();
    fake.next('chat.postMessage', { status: 302 });
    expect(await failed(slack.post({ ...MESSAGE, ...here }))).toMatchObject({ kind: 'invalid', code: '302' });
    expect(fake.requests).toHaveLength(1);
  });
});

describe('rate limits', () => {
  test('the second post within a second is throttled, says how long, and is not repeated', async () => {
    let now = 1_000_000;
    const { fake, slack } = await slackWith({ limits: true, now: () => now });
    await slack.post({ ...MESSAGE, ...here });
    const failure = await failed(slack.post({ ...MESSAGE, ...here }));
    expect(failure).toMatchObject({ kind: 'throttled', retryAfterMs: 1_000, mayHaveHappened: false });
    await slack.post({ ...MESSAGE, channel: 'C0OTHER' });
    now += failure.retryAfterMs ?? 0;
    await slack.post({ ...MESSAGE, ...here });
    expect(fake.workspace.seen(CHANNEL)).toHaveLength(2);
    expect(sent(fake, 'chat.postMessage')).toBe(4);
  });

  test('the 51st update of a minute is throttled until the first is a minute old', async () => {
    let now = 1_000_000;
    const { slack } = await slackWith({ limits: true, now: () => now }, 3_000);
    const { ts } = await slack.post({ ...MESSAGE, ...here });
    const update = () => slack.update({ ...MESSAGE, ...here, ts });
    for (let count = 0; count < 50; count++) await update();
    now += 10_000;
    const failure = await failed(update());
    expect(failure).toMatchObject({ kind: 'throttled', retryAfterMs: 50_000 });
    now += 50_000;
    await update();
  });
});

test('no failure holds the token, the address or the message, however it is printed', async () => {
  const mishaps: Mishap[] = ['hang', 'reset', { status: 500, body: CANARY }, { status: 403, body: TOKEN }];
  const codes: Mishap[] = [
    { error: 'invalid_auth' },
    { error: `x ${TOKEN}` },
    { error: CANARY, needed: TOKEN },
  ];
  for (const mishap of [...mishaps, ...codes]) {
    const { fake, slack } = await slackWith();
    fake.next('chat.postMessage', mishap);
    const failure = await failed(slack.post({ ...MESSAGE, ...here }));
    const printed = [
      describeFailure(failure),
      inspect(failure, { depth: 10, showHidden: true }),
      JSON.stringify(failure),
    ];
    for (const text of printed) {
      for (const secret of [TOKEN, CANARY, fake.url]) expect(text.includes(secret)).toBe(false);
    }
  }
});
