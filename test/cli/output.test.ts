import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain, plainDeep, printableJson, streamOutput, table } from '../../cli/output.ts';

describe('text from outside', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;owned\u0007title', 'title'],
    ['\u009b2Jcleared', 'cleared'],
    ['a\nb\tc\r\nd', 'a b c d'],
    ['bell\u0007 back\u0008', 'bell back'],
    ['left\u202eright', 'leftright'],
    ['half \ud800', 'half '],
    ['ünïcode 漢字', 'ünïcode 漢字'],
  ])('%j is printed as %j', (text, expected) => expect(plain(text)).toBe(expected));

  test('never carries a control or format character, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  test('is made plain at every depth, keys included', () => {
    expect(plainDeep({ 'a\u001b[1m': ['\u0007x', { b: '\u202ey', n: 1, z: null }] })).toEqual({
      a: ['x', { b: 'y', n: 1, z: null }],
    });
  });
});

describe('JSON', () => {
  test('says exactly what it was given, without anything a terminal would obey', () => {
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText, { noNullPrototype: true }), (value) => {
        const text = printableJson(value);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('colour', () => {
  const paint = (isTTY: boolean, env: Record<string, string>) =>
    streamOutput({ write: () => {}, isTTY }, { write: () => {} }, env).paint('red', 'x');

  test('stands on a terminal', () => expect(paint(true, {})).toBe('\u001b[31mx\u001b[0m'));
  test('is left out of a pipe', () => expect(paint(false, {})).toBe('x'));
  test('is left out with NO_COLOR', () => expect(paint(true, { NO_COLOR: '1' })).toBe('x'));
  test('is kept with an empty NO_COLOR', () => expect(paint(true, { NO_COLOR: '' })).not.toBe('x'));
  test('is left out of a dumb terminal', () => expect(paint(true, { TERM: 'dumb' })).toBe('x'));
});

describe('tables', () => {
  test('align columns and end lines without blanks', () => {
    expect(
      table([
        ['a', 'bbb', 'c'],
        ['aaaa', 'b'],
        ['x', '', ''],
      ]),
    ).toEqual(['a     bbb  c', 'aaaa  b', 'x']);
  });

  test('cells cannot break the line', () => {
    expect(table([['a\nb', '\u001b[2Jc']])).toEqual(['a b  c']);
  });
});
