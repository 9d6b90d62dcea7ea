import { fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { sparkline } from '../../shared/notify/slack/sparkline.ts';
import { clean, code, codeNames, data, fittingLines, names } from '../../shared/notify/slack/text.ts';
import { unescapeText } from '../slack/visible.ts';

const binary = fc.string({ unit: 'binary', maxLength: 200 });

describe('data', () => {
  test('escapes exactly three characters', () => {
    expect(data('a&b<c>d"e\'f*_~|', 80)).toBe('a&amp;b&lt;c&gt;d"e\'f*_~|');
    expect(data('&lt;', 80)).toBe('&amp;lt;');
  });

  test('never gets longer than it may, and what was cut is a beginning of the whole', async () => {
    await fc.assert(
      fc.property(binary, fc.integer({ min: 1, max: 60 }), (text, max) => {
        const cut = data(text, max);
        expect(cut.length).toBeLessThanOrEqual(Math.max(max, 1));
        const shown = unescapeText(cut);
        expect(clean(text).startsWith(shown.replace(/…$/, '').trimEnd()) || shown === clean(text)).toBe(true);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
  });

  test('is undone by Slack to what can be seen of it', async () => {
    await fc.assert(
      fc.property(binary, (text) => {
        expect(unescapeText(data(text, 10_000))).toBe(clean(text));
      }),
    );
  });

  test('of a name hidden by invisible characters the visible ones are left', () => {
    expect(clean('a\u200bb\u202ec\u2066\ufeffd\u00ade\u3164f\u2800g')).toBe('abcdefg');
    expect(clean(' two\r\n\tlines \u2028 ')).toBe('two lines');
  });
});

describe('code spans', () => {
  test('cannot be left, whatever is put in', async () => {
    await fc.assert(
      fc.property(binary, fc.integer({ min: 4, max: 60 }), (text, max) => {
        const span = code(`\`${text}\``, max);
        expect(span).toMatch(/^`[^`\n]+`$/u);
        expect(span.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('of nothing shows that there is nothing', () => {
    expect(code('``')).toBe('`-`');
  });
});

describe('lists', () => {
  test('show the first few, each cut by itself, and count the rest', () => {
    expect(names(['a', 'b', 'c'])).toBe('a, b, c');
    expect(names(['x'.repeat(100), 'b', 'c', 'd', 'e'], { max: 5 })).toBe('xxxx…, b, c and 2 more');
    expect(codeNames(['a', 'b', 'c', 'd'])).toBe('`a`, `b`, `c` and 1 more');
    expect(names([])).toBe('');
  });

  test('of lines count all that is not shown', () => {
    expect(fittingLines(['one', 'two'], 100)).toBe('one\ntwo');
    expect(fittingLines(['one', 'two'], 100, 3)).toBe('one\ntwo\n… and 3 more');
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const text = fittingLines(lines, 100, 3);
    expect(text.length).toBeLessThanOrEqual(100);
    const shown = text.split('\n').length - 1;
    expect(text.endsWith(`… and ${53 - shown} more`)).toBe(true);
  });
});

describe('sparkline', () => {
  test('goes from the lowest to the highest, with gaps where nothing was measured', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([10, undefined, Number.NaN, 90])).toBe('▁  █');
    expect(sparkline([5, 5, 5])).toBe('▅▅▅');
    expect(sparkline([undefined, undefined])).toBe('  ');
    expect(sparkline([])).toBe('');
  });

  test('of a long series keeps its peak', () => {
    const series = Array.from({ length: 1_000 }, (_, index) => (index === 777 ? 100 : 1));
    const line = sparkline(series);
    expect(line).toHaveLength(40);
    expect([...line].filter((bar) => bar === '█')).toHaveLength(1);
  });

  test('is one character a value for any numbers', async () => {
    await fc.assert(
      fc.property(fc.array(fc.option(fc.double(), { nil: undefined }), { maxLength: 40 }), (series) => {
        expect(sparkline(series)).toMatch(/^[▁▂▃▄▅▆▇█ ]*$/u);
        expect(sparkline(series)).toHaveLength(series.length);
      }),
    );
  });
});
