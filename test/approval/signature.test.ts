import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { type SignedRequest, verifySignature } from '../../shared/approval/signature.ts';
import { signatureOf } from './fakes.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const AT = 1_531_420_618;
const NOW = AT * 1000;
/** Slack's published example. */
const BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
  '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
  '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
  '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';

function request(
  over: { signature?: string; timestamp?: string; body?: string | Uint8Array } = {},
): SignedRequest {
  return {
    headers: [
      ['X-Slack-Request-Timestamp', over.timestamp ?? String(AT)],
      ['X-Slack-Signature', over.signature ?? SIGNATURE],
    ],
    body: Buffer.from(over.body ?? BODY),
  };
}

function verdict(given: SignedRequest, secrets = { current: SECRET }, now = NOW): string {
  const verified = verifySignature(given, secrets, now);
  return verified.ok ? 'ok' : verified.why;
}

describe('T34: the signature of Slack', () => {
  test("Slack's published vector is right, and names the request", () => {
    expect(verifySignature(request(), { current: SECRET }, NOW)).toEqual({
      ok: true,
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('one byte more, less or other in the body is not', () => {
    for (const body of [`${BODY} `, BODY.slice(1), BODY.replace('roadrunner', 'roadrunneR')])
      expect(verdict(request({ body }))).toBe('forged');
  });

  test('another secret is not, and neither is an empty one that both sides could know', () => {
    expect(verdict(request(), { current: `${SECRET}x` })).toBe('forged');
    const empty = request({ signature: signatureOf('', AT, BODY) });
    expect(verdict(empty, { current: '' })).toBe('forged');
    expect(verdict(empty, { current: SECRET })).toBe('forged');
  });

  test('during a rotation both secrets are right, and no third', () => {
    const secrets = { current: 'new-secret', previous: SECRET };
    expect(verdict(request(), secrets)).toBe('ok');
    expect(verdict(request({ signature: signatureOf('new-secret', AT, BODY) }), secrets)).toBe('ok');
    expect(verdict(request({ signature: signatureOf('older-secret', AT, BODY) }), secrets)).toBe('forged');
  });

  test.each([
    ['another version', SIGNATURE.replace('v0=', 'v1=')],
    ['uppercase hex', `v0=${SIGNATURE.slice(3).toUpperCase()}`],
    ['shorter', SIGNATURE.slice(0, -2)],
    ['longer', `${SIGNATURE}00`],
    ['empty', ''],
    ['two in one header', `${SIGNATURE}, ${SIGNATURE}`],
  ])('a signature that is %s is refused without a throw', (_, signature) => {
    expect(verdict(request({ signature }))).toBe('unsigned');
  });

  test.each(['', 'now', '1531420618.0', '-1531420618', '1531420618,1531420618', '1e9', ' 1531420618'])(
    'the time "%s" is none',
    (timestamp) => {
      expect(verdict(request({ timestamp }))).toBe('unsigned');
    },
  );

  test('missing and repeated headers are refused, names in any case are found', () => {
    const { headers, body } = request();
    const [time, signature] = headers;
    if (time === undefined || signature === undefined) throw new Error('two headers');
    expect(verdict({ headers: [time], body })).toBe('unsigned');
    expect(verdict({ headers: [signature], body })).toBe('unsigned');
    expect(verdict({ headers: [time, signature, signature], body })).toBe('unsigned');
    expect(verdict({ headers: [time, time, signature], body })).toBe('unsigned');
    const lower = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    expect(verdict({ headers: lower, body })).toBe('ok');
  });

  test('bytes count, not text: UTF-8 and bytes that are no text at all', () => {
    for (const body of [Buffer.from('payload=ä€😀'), Buffer.from([0xff, 0xfe, 0x00])])
      expect(verdict(request({ body, signature: signatureOf(SECRET, AT, body) }))).toBe('ok');
  });

  test('an empty body is right when it is signed, and not otherwise', () => {
    expect(verdict(request({ body: '', signature: signatureOf(SECRET, AT, '') }))).toBe('ok');
    expect(verdict(request({ body: '' }))).toBe('forged');
  });

  property.prop([fc.string({ unit: 'binary', maxLength: 90 }), fc.string({ unit: 'binary', maxLength: 20 })])(
    'no header text makes it throw or say yes',
    (signature, timestamp) => {
      fc.pre(signature !== SIGNATURE);
      expect(verdict(request({ signature, timestamp }))).not.toBe('ok');
    },
  );
});

describe('T35: the time of a request', () => {
  test.each([
    [0, 'ok'],
    [299, 'ok'],
    [300, 'ok'],
    [301, 'out-of-time'],
    [-299, 'ok'],
    [-301, 'out-of-time'],
  ])('%i seconds after it was signed: %s', (seconds, expected) => {
    expect(verdict(request(), { current: SECRET }, NOW + seconds * 1000)).toBe(expected);
  });
});
