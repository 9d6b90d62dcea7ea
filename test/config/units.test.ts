import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../shared/config/nearest.ts';
import { formatDuration, parseDuration, percentage } from '../../shared/config/units.ts';

describe('durations', () => {
  test.each([
    ['15s', 15_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['400d', 34_560_000_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', '15', 's', '1.5h', '-1s', '1 s', '1m30s', '1S', '1w', '١s', '1234567s'])(
    '%j is no duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  test('what is printed reads back as the same length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

describe('percentages', () => {
  const schema = percentage({ min: 1, max: 50 }, 'x');

  test('are shares once read', () => expect(v.parse(schema, '20%')).toBeCloseTo(0.2, 12));

  test.each(['20', 0.2, '0.5%', '51%', '%', '-1%'])('%j is refused', (value) =>
    expect(v.safeParse(schema, value).success).toBe(false),
  );
});

describe('did you mean', () => {
  const words = ['parallel', 'emptyDir', 'force', 'nth'];

  test.each([
    ['paralel', 'parallel'],
    ['empty_dir', 'emptyDir'],
    ['forse', 'force'],
    ['nht', undefined],
    ['banana', undefined],
  ])('%s → %s', (word, expected) => expect(nearest(word, words)).toBe(expected));
});
