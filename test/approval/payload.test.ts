import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { choiceValue, DENY_REASONS, readChoice, SNOOZES } from '../../shared/approval/choice.ts';
import { parseClick } from '../../shared/approval/payload.ts';
import { ANA, APP, BOT, CHANNEL, formOf, payloadOf, TEAM } from './fakes.ts';

const ID = '0123456789abcdef0123456789abcdef';

function parse(payload: unknown) {
  return parseClick(Buffer.from(formOf(payload)));
}

describe('a click', () => {
  test('is read to its ids and its choice, and nothing a person wrote', () => {
    expect(parse(payloadOf('approve', ID))).toEqual({
      team: TEAM,
      userTeam: TEAM,
      user: ANA,
      appId: APP,
      channel: CHANNEL,
      messageTs: '1762178400.000100',
      author: BOT,
      approvalId: ID,
      choice: { do: 'approve' },
      isForwarded: false,
      responseUrl: expect.stringContaining('https://hooks.slack.com/'),
    });
  });

  test('of a menu names the reason or the length', () => {
    expect(parse(payloadOf('deny', choiceValue(ID, 'by-hand')))).toMatchObject({
      choice: { do: 'deny', reason: DENY_REASONS['by-hand'] },
    });
    expect(parse(payloadOf('snooze', choiceValue(ID, '1h')))).toMatchObject({
      choice: { do: 'snooze', forMs: 3_600_000 },
    });
  });

  test('every entry of our menus is read as what it was written for, and under its own menu alone', () => {
    for (const [word, forMs] of Object.entries(SNOOZES)) {
      expect(readChoice('snooze', `${ID}:${word}`)?.choice).toEqual({ do: 'snooze', forMs });
      expect(readChoice('deny', `${ID}:${word}`)).toBeUndefined();
      expect(readChoice('approve', `${ID}:${word}`)).toBeUndefined();
    }
    for (const [word, reason] of Object.entries(DENY_REASONS))
      expect(readChoice('deny', `${ID}:${word}`)?.choice).toEqual({ do: 'deny', reason });
    expect(readChoice('snooze', ID)).toBeUndefined();
    expect(readChoice('deny', `${ID}:constructor`)).toBeUndefined();
  });

  test('on a copy of the message is known as forwarded', () => {
    for (const container of [
      { channel_id: 'C0THER000' },
      { message_ts: '1.2' },
      { type: 'message_attachment' },
    ])
      expect(parse(payloadOf('approve', ID, { container }))).toMatchObject({ isForwarded: true });
  });
});

const click = payloadOf('approve', ID);
const BAD: Record<string, unknown> = {
  'an unknown type': { ...click, type: 'view_submission' },
  'no type': { ...click, type: undefined },
  'two actions': payloadOf('approve', ID, { actions: [click['actions'], click['actions']].flat() }),
  'no action': payloadOf('approve', ID, { actions: [] }),
  '10,000 actions': payloadOf('approve', ID, { actions: Array.from({ length: 10_000 }, () => ({})) }),
  'an action of another name': payloadOf('launch', ID),
  'an id that is none': payloadOf('approve', '../../INC#1'),
  'an id too long': payloadOf('approve', `${ID}0`),
  'a user id with a space': payloadOf('approve', ID, { user: 'U0123 <!channel>' }),
  'a team that is a number': { ...click, team: { id: 7 } },
  'no team': { ...click, team: null },
  'a user without a workspace': { ...click, user: { id: ANA } },
  'a list': [click],
  'a text': 'approve',
  nothing: null,
};

describe('T37: what is no click', () => {
  test.each(Object.entries(BAD))('%s is refused', (_, payload) => {
    expect(parse(payload)).toBeUndefined();
  });

  test.each([
    ['no payload', 'token=x'],
    ['an empty body', ''],
    ['the payload twice', `${formOf(click)}&${formOf(click)}`],
    ['not JSON', 'payload=%7B'],
    ['ssl_check', 'ssl_check=1&token=x'],
    ['a deep payload', `payload=${'['.repeat(50_000)}`],
  ])('%s is refused', (_, body) => {
    expect(parseClick(Buffer.from(body))).toBeUndefined();
  });

  test('2 MB, and bytes that are no UTF-8, are refused', () => {
    expect(parseClick(Buffer.alloc(2 * 1024 * 1024, 'a'))).toBeUndefined();
    expect(parseClick(Buffer.from([0x70, 0x61, 0xff]))).toBeUndefined();
  });

  test('T46: keys of the prototype mean nothing', () => {
    const text = JSON.stringify(click).replace('{', '{"__proto__":{"polluted":true},');
    expect(parseClick(Buffer.from(new URLSearchParams({ payload: text }).toString()))).toMatchObject({
      user: ANA,
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  property.prop([fc.jsonValue()])('any JSON is refused without a throw', (value) => {
    expect(parse(value)).toBeUndefined();
  });
});
