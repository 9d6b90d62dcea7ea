import { describe, expect, test } from 'vitest';
import { PortError } from '../../shared/errors.ts';
import { setUpEndpoint } from './endpoint.ts';
import { BEN, CANARY, EVE, formOf, payloadOf, SECRET, signed, slack } from './fakes.ts';

describe('what is not ours or not right', () => {
  test('T35: the same request twice is one click', async () => {
    const setup = await setUpEndpoint({ question: { required: 2 } });
    const request = setup.click('snooze', '15m');
    const before = await setup.current();
    expect([await setup.answer(request), await setup.answer(request)]).toEqual([200, 200]);
    setup.clock.time += 299_000;
    expect(await setup.answer(request)).toBe(200);
    expect((await setup.current()).expiresAt - before.expiresAt).toBe(15 * 60_000);
    expect(setup.replies).toEqual([]);
    setup.clock.time += 2_000;
    expect(await setup.answer(request)).toBe(401);
  });

  test('T35: two at the same moment are one as well', async () => {
    const setup = await setUpEndpoint();
    const request = setup.click('snooze', '15m');
    const before = await setup.current();
    await Promise.all([setup.answer(request), setup.answer(request)]);
    expect((await setup.current()).expiresAt - before.expiresAt).toBe(15 * 60_000);
  });

  test('T34 T37: replayed late, future-dated, altered, unsigned or too large: nothing is read or written', async () => {
    const setup = await setUpEndpoint();
    const at = setup.clock.now();
    const body = formOf(payloadOf('approve', setup.approval.id));
    const request = signed(body, at);
    const bad = [
      [401, signed(body, at - 301_000)],
      [401, signed(body, at + 301_000)],
      [401, signed(body, at, `${SECRET}x`)],
      [401, { ...request, body: Buffer.from(`${body}&x=1`).toString('base64') }],
      [401, { ...request, headers: [] }],
      [401, { ...request, isBase64: false }],
      [401, { ...request, body: '' }],
      [401, { headers: [], body: 'ssl_check=1&token=x', isBase64: false }],
      [413, signed('a'.repeat(2 * 1024 * 1024), at)],
      [413, signed('a'.repeat(300 * 1024), at)],
    ] as const;
    for (const [status, each] of bad) expect(await setup.answer(each)).toBe(status);
    expect(setup.table.calls).toEqual([]);
    expect((await setup.current()).answer).toBeUndefined();
    expect(setup.lines).toHaveLength(bad.length);
  });

  test('T37: signed and no click: 400, and nothing is read or written', async () => {
    const setup = await setUpEndpoint();
    const { id } = setup.approval;
    const actions = Array.from({ length: 10_000 }, () => ({}));
    const click = formOf(payloadOf('approve', id));
    const many = formOf(payloadOf('approve', id, { actions }));
    for (const body of ['', 'token=x', `${click}&${click}`, formOf({ type: 'other' }), many])
      expect(await setup.answer(signed(body, setup.clock.now()))).toBe(400);
    expect(setup.table.calls).toEqual([]);
  });

  test('where Slack cannot answer there is no endpoint: 404, no log line, no secret read', async () => {
    for (const off of [
      { delivery: 'off' },
      { delivery: 'webhook' },
      { ...slack, delivery: 'off' },
    ] as const) {
      const read = async () => {
        throw new Error('the secret was read');
      };
      const setup = await setUpEndpoint({ slack: off, secrets: { read } });
      expect(await setup.answer(setup.click('approve'))).toBe(404);
      expect([setup.table.calls, setup.lines]).toEqual([[], []]);
    }
  });

  test('a ledger or secret that cannot be read is 503, and nothing was decided', async () => {
    const fails = async () => {
      throw new PortError('throttled', CANARY, { operation: 'dynamodb:GetItem' });
    };
    const setup = await setUpEndpoint({ secrets: { read: fails } });
    expect(await setup.answer(setup.click('approve'))).toBe(503);
    const other = await setUpEndpoint({ over: { policyFor: fails } });
    expect(await other.answer(other.click('approve'))).toBe(503);
    expect((await other.current()).answer).toBeUndefined();
  });
});

test('nothing of a body or a header is logged or stored, whatever comes', async () => {
  const setup = await setUpEndpoint({ over: { reply: async (url) => Promise.reject(new Error(url)) } });
  const requests = [
    setup.click('approve', undefined, { user: EVE }),
    setup.click('approve', 'no-such-word'),
    setup.click('approve'),
    setup.click('approve', undefined, { user: BEN }),
    signed(`payload={"${CANARY}`, setup.clock.now()),
    signed(CANARY, setup.clock.now(), 'wrong'),
    { headers: [['x-slack-signature', CANARY]], body: CANARY, isBase64: false },
  ] as const;
  for (const request of requests) await setup.answer(request);
  expect(setup.lines.length).toBeGreaterThan(requests.length - 2);
  expect(setup.everything()).not.toContain(CANARY);
});
