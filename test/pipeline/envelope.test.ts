import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { MAX_EVENT_BYTES, parseEnvelope } from '../../shared/pipeline/envelope.ts';

const valid = {
  version: '0',
  id: '5c1f0b0e-7d0a-4a55-9c0e-2f6a3f3b7a10',
  'detail-type': 'EC2 Spot Instance Interruption Warning',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-11-03T14:07:41Z',
  region: 'eu-west-1',
  resources: ['arn:aws:ec2:eu-west-1b:instance/i-0f3c9a1d2e4b56789'],
  detail: { 'instance-id': 'i-0f3c9a1d2e4b56789', 'instance-action': 'terminate' },
};

function reasonOf(body: string): string {
  const parsed = parseEnvelope(body);
  return parsed.ok ? 'accepted' : parsed.reason;
}

describe('reading an event', () => {
  test('a documented warning becomes one signal about its instance', () => {
    const parsed = parseEnvelope(JSON.stringify(valid));
    const result = parsed.ok ? nodeInterruption.toSignals(parsed.event) : parsed;
    expect(result).toMatchObject({
      kind: 'signals',
      signals: [{ subject: { kind: 'instance', id: 'i-0f3c9a1d2e4b56789' }, data: { action: 'terminate' } }],
    });
  });

  test('resources may be a string, and missing fields AWS omits in places do not matter', () => {
    const { version: _, ...loose } = { ...valid, resources: 'arn:aws:ec2:x' };
    expect(reasonOf(JSON.stringify(loose))).toBe('accepted');
  });

  test.each([
    ['text', 'not json at all', 'not JSON'],
    ['an array', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    [
      '300 KB',
      JSON.stringify({ ...valid, pad: 'x'.repeat(300_000) }),
      `larger than ${MAX_EVENT_BYTES} bytes`,
    ],
    ['a NUL byte', JSON.stringify({ ...valid, pad: 'a\u0000b' }), 'NUL byte in text'],
    ['a NUL key', JSON.stringify({ ...valid, 'a\u0000': 1 }), 'NUL byte in text'],
    [
      'a prototype key',
      JSON.stringify(valid).replace('{', '{"__proto__":{"polluted":1},'),
      'prototype key in event',
    ],
    ['a constructor key', JSON.stringify({ ...valid, detail: { constructor: 1 } }), 'prototype key in event'],
    ['1e400', JSON.stringify(valid).replace('{', '{"n":1e400,'), 'number out of range'],
    ['depth 10 000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'JSON nested too deeply'],
    ['a missing id', JSON.stringify({ ...valid, id: undefined }), 'missing or bad field: id'],
    ['a number as source', JSON.stringify({ ...valid, source: 7 }), 'missing or bad field: source'],
    ['a short account', JSON.stringify({ ...valid, account: '12' }), 'missing or bad field: account'],
    ['a bad time', JSON.stringify({ ...valid, time: 'yesterday' }), 'missing or bad field: time'],
    [
      'an impossible date',
      JSON.stringify({ ...valid, time: '2026-13-45T99:00:00Z' }),
      'missing or bad field: time',
    ],
    ['a bad region', JSON.stringify({ ...valid, region: '../..' }), 'missing or bad field: region'],
  ])('%s is refused with its reason', (_name, body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  test('a refused prototype key has polluted nothing', () => {
    parseEnvelope(JSON.stringify(valid).replace('{', '{"__proto__":{"polluted":true},'));
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  property.prop([fc.string({ maxLength: 400 })])('any text gives a value, never a throw', (text) => {
    expect(typeof parseEnvelope(text).ok).toBe('boolean');
  });

  property.prop([fc.jsonValue(), fc.jsonValue()])(
    'any JSON as detail gives a signal, ignored or malformed',
    (detail, id) => {
      const parsed = parseEnvelope(JSON.stringify({ ...valid, detail, resources: id }));
      if (!parsed.ok) return;
      expect(['signals', 'ignored', 'malformed']).toContain(nodeInterruption.toSignals(parsed.event).kind);
    },
  );

  test.each([
    ['no detail', { detail: undefined }, 'detail is not an object'],
    ['an instance id with a path in it', { detail: { 'instance-id': 'i-../../x' } }, 'detail.instance-id'],
    ['a list of ids', { detail: { 'instance-id': ['i-0f3c9a1d2e4b56789'] } }, 'detail.instance-id'],
    [
      'an unknown action',
      { detail: { ...valid.detail, 'instance-action': 'explode' } },
      'detail.instance-action',
    ],
  ])('a warning with %s is malformed', (_name, over, field) => {
    const parsed = parseEnvelope(JSON.stringify({ ...valid, ...over }));
    const result = parsed.ok ? nodeInterruption.toSignals(parsed.event) : undefined;
    expect(result).toMatchObject({ kind: 'malformed', reason: expect.stringContaining(field) });
  });

  test('another detail-type is ignored with its name', () => {
    const parsed = parseEnvelope(JSON.stringify({ ...valid, 'detail-type': 'EC2 Something Else' }));
    const result = parsed.ok ? nodeInterruption.toSignals(parsed.event) : undefined;
    expect(result).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('EC2 Something Else') });
  });
});
