import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lambdaLog } from '../../shared/aws/log.ts';
import type { LogFields } from '../../shared/log.ts';
import { linesOf } from './captured.ts';

const MAX_BYTES = 8 * 1024;

function logged(message: string, fields?: LogFields): Record<string, unknown> {
  const lines = linesOf(() => lambdaLog().info(message, fields));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

/** A secret of each kind, with the part that must never be seen. */
const CANARY = 'C4N4RYC4N4RYC4N4RY00';
const SECRETS = [
  `k8s-aws-v1.${CANARY}`,
  `xoxb-1234-${CANARY}`,
  `xoxp-${CANARY}`,
  `xapp-1-${CANARY}`,
  `https://hooks.slack.com/services/T0/B0/${CANARY}`,
  `https%3A%2F%2Fhooks.slack.com%2Fservices%2F${CANARY}`,
  `AKIA${CANARY}`,
  `ASIA${CANARY}`,
  `https://sts.amazonaws.com/?X-Amz-Signature=${CANARY}&Action=x`,
  `?x-amz-security-token=${CANARY}%2F%2F${CANARY}`,
  `{"X-Amz-Security-Token": "${CANARY}"}`,
  `X-Amz-Credential%3D${CANARY}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN CERTIFICATE-----${CANARY}`,
  `Authorization: Bearer ${CANARY}`,
  `eyJhbGciOiJIUzI1NiJ9.${CANARY}.${CANARY}`,
];

describe('a line', () => {
  test('is one JSON object with level, message, time, service and the fields', () => {
    const line = logged('incident closed', { id: 'abc', count: 3, dry: false, none: undefined });
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'incident closed',
      id: 'abc',
      count: 3,
      dry: false,
    });
    expect(line).toHaveProperty('timestamp');
    expect(line).toHaveProperty('service');
    expect(line).not.toHaveProperty('none');
  });

  test('carries its level', () => {
    const log = lambdaLog();
    const lines = linesOf(() => {
      log.warn('a');
      log.error('b');
    });
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['WARN', 'ERROR']);
  });

  test('has no control or invisible characters: nobody can forge a second line or hide text', () => {
    const line = logged('a\nb\r\n{"level":"ERROR"}\u001b[31m\u0000\u202e\u200bc', { f: 'x\ty\u2028z' });
    expect(line['message']).toBe('a b {"level":"ERROR"}[31mc');
    expect(line['f']).toBe('x y z');
  });

  test('keeps what it says about itself when a field has the same name', () => {
    const line = logged('said', { level: 'FATAL', message: 'other', service: 'x', timestamp: 'never' });
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'said',
      field_level: 'FATAL',
      field_message: 'other',
      field_timestamp: 'never',
    });
  });

  test('has keys of plain characters only', () => {
    const fields = JSON.parse('{"__proto__":"p","a b\\n":"s","":"e"}') as LogFields;
    const line = logged('keys', { ...fields, [`k${'y'.repeat(500)}`]: 1 });
    for (const key of Object.keys(line)) expect(key).toMatch(/^[\w.-]{1,70}$/);
    expect(line).toMatchObject({ a_b_: 's', field: 'e' });
  });

  test('leaves out what is no plain value, should one slip through the types', () => {
    const line = logged('smuggled', { body: { token: CANARY } } as unknown as LogFields);
    expect(JSON.stringify(line)).not.toContain(CANARY);
  });

  test('cuts long fields, says how much is missing and keeps the others', () => {
    const line = logged('long', { report: 'x'.repeat(100_000), id: 'abc' });
    expect(line['report']).toMatch(/^x{2048}…\[97952 more\]$/);
    expect(line['id']).toBe('abc');
  });

  test('counts the fields it leaves out', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, index]));
    expect(logged('many', fields)).toMatchObject({ f0: 0, f39: 39, fields_left_out: 60 });
  });
});

describe('redaction', () => {
  test.each(SECRETS)('hides %s and leaves the text around it', (secret) => {
    const line = logged(`before ${secret}`, { value: secret });
    expect(JSON.stringify(line)).not.toContain(CANARY);
    expect(line['message']).toMatch(/^before .*\[redacted/);
  });

  test('leaves ordinary text alone', () => {
    const text = 'Asia node i-0123456789abcdef0 in eu-west-1: basic check, signature of 12 pods, 50 % done';
    expect(logged(text)['message']).toBe(text);
  });

  test('a secret split by invisible characters is still found', () => {
    const line = logged(`AK\u200bIA${CANARY.slice(0, 8)}\u0000${CANARY.slice(8)}`);
    expect(line['message']).toBe('[redacted access key id]');
  });
});

describe('any line', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), fc.nat({ max: 20_000 }))
      .map(([unit, times]) => unit.repeat(times)),
    fc
      .constantFrom('\ud800', '"', '\\', '\u0000', '😀')
      .chain((unit) => fc.nat({ max: 20_000 }).map((times) => unit.repeat(times))),
  );
  const value = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(undefined));
  const fields = fc.dictionary(fc.string({ unit: 'binary', maxLength: 100 }), value, { maxKeys: 60 });
  const level = fc.constantFrom<'info' | 'warn' | 'error'>('info', 'warn', 'error');

  test('is one line of at most 8 KiB', () => {
    const log = lambdaLog();
    fc.assert(
      fc.property(level, text, fields, (method, message, some) => {
        const lines = linesOf(() => log[method](message, some));
        expect(lines).toHaveLength(1);
        expect(Buffer.byteLength(`${lines[0]}\n`)).toBeLessThanOrEqual(MAX_BYTES);
        expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: method.toUpperCase() });
      }),
      { numRuns: 150 },
    );
  });

  test('shows no secret, wherever in message, value or key it stands and however long the text is', () => {
    const log = lambdaLog();
    const padding = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.nat({ max: 3_000 }).map((length) => 'p'.repeat(length)),
    );
    // Lower-case text right before a secret is the usual case (`key=…`, `url:…`).
    const hidden = fc
      .tuple(padding, fc.constantFrom(...SECRETS), padding)
      .map(([before, secret, after]) => `${before} ${secret} ${after}`);
    fc.assert(
      fc.property(level, hidden, hidden, hidden, (method, message, one, key) => {
        const lines = linesOf(() => log[method](message, { one, [key]: 'x' }));
        expect(lines.join('')).not.toContain(CANARY.slice(0, 6));
      }),
      { numRuns: 400 },
    );
  });

  test('is cheap: a megabyte of almost-secrets takes no quadratic time', () => {
    const log = lambdaLog();
    const nasty = ['eyJ', '-----BEGIN ', 'X-Amz-Signature ', 'Bearer ', 'hooks.slack.com/', 'xoxb-'];
    const startedAt = performance.now();
    linesOf(() => {
      for (const part of nasty) log.info(part.repeat(1_000_000 / part.length));
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
