import { expect, test } from 'vitest';
import { LIMITS } from '../../shared/notify/slack/limits.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import type { SlackBlock } from '../../shared/ports/slack.ts';

const x = (count: number) => 'x'.repeat(count);
const plain = (text: string) => ({ type: 'plain_text', text });
const markdown = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);
const section = (text: object): SlackBlock => ({ type: 'section', text });
const fields = (list: object[]): SlackBlock => ({ type: 'section', fields: list });
const actions = (...elements: object[]): SlackBlock => ({ type: 'actions', elements });
const button = (over: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...over });
const option = (over: object = {}) => ({ text: plain('one'), value: 'one', ...over });
const select = (...options: object[]) => ({ type: 'static_select', action_id: 'pick', options });
const confirm = (over: object) => ({
  confirm: { title: plain('t'), text: plain('x'), confirm: plain('y'), deny: plain('n'), ...over },
});
const problems = (...blocks: SlackBlock[]) => lintMessage({ text: 'A sentence.', blocks });

/** What just passes, and the same thing one beyond. */
const BOUNDS: readonly [string, (over: 0 | 1) => SlackBlock[]][] = [
  ['blocks', (over) => times(LIMITS.blocks + over, { type: 'divider' })],
  ['section text', (over) => [section(plain(x(3_000 + over)))]],
  ['fields', (over) => [fields(times(10 + over, plain('f')))]],
  ['one field', (over) => [fields([plain(x(2_000 + over))])]],
  ['header', (over) => [{ type: 'header', text: plain(x(150 + over)) }]],
  ['context elements', (over) => [{ type: 'context', elements: times(10 + over, plain('e')) }]],
  [
    'actions elements',
    (over) => [
      actions(...Array.from({ length: 25 + over }, (_, index) => button({ action_id: `a${index}` }))),
    ],
  ],
  ['button text', (over) => [actions(button({ text: plain(x(75 + over)) }))]],
  ['button value', (over) => [actions(button({ value: x(2_000 + over) }))]],
  ['button url', (over) => [actions(button({ url: x(3_000 + over) }))]],
  ['action_id', (over) => [actions(button({ action_id: x(255 + over) }))]],
  ['block_id', (over) => [{ ...section(plain('s')), block_id: x(255 + over) }]],
  ['confirm title', (over) => [actions(button(confirm({ title: plain(x(100 + over)) })))]],
  ['confirm text', (over) => [actions(button(confirm({ text: plain(x(300 + over)) })))]],
  ['confirm button', (over) => [actions(button(confirm({ confirm: plain(x(30 + over)) })))]],
  ['deny button', (over) => [actions(button(confirm({ deny: plain(x(30 + over)) })))]],
  ['options', (over) => [actions(select(...times(100 + over, option())))]],
  ['option text', (over) => [actions(select(option({ text: plain(x(75 + over)) })))]],
  ['option value', (over) => [actions(select(option({ value: x(150 + over) })))]],
  [
    'overflow options',
    (over) => [actions({ type: 'overflow', action_id: 'more', options: times(5 + over, option()) })],
  ],
  ['placeholder', (over) => [actions({ ...select(option()), placeholder: plain(x(150 + over)) })]],
  ['image alt text', (over) => [{ type: 'image', alt_text: x(2_000 + over), image_url: 'u' }]],
  [
    'image title',
    (over) => [{ type: 'image', alt_text: 'a', image_url: 'u', title: plain(x(2_000 + over)) }],
  ],
  ['image url', (over) => [{ type: 'image', alt_text: 'a', image_url: x(3_000 + over) }]],
  ['table rows', (over) => [{ type: 'table', rows: times(100 + over, [plain('c')]) }]],
  ['table columns', (over) => [{ type: 'table', rows: [times(20 + over, plain('c'))] }]],
  ['table text', (over) => [{ type: 'table', rows: [times(10, plain(x(1_000))), times(over, plain('c'))] }]],
  [
    'markdown blocks',
    (over) =>
      times(2, { type: 'markdown', text: x(6_000) }).concat(times(over, { type: 'markdown', text: 'x' })),
  ],
];

test.each(BOUNDS)('%s: the limit passes, one more is told', (_name, blocksOf) => {
  expect(problems(...blocksOf(0))).toEqual([]);
  expect(problems(...blocksOf(1))).toHaveLength(1);
});

test('the whole message: about 13,200 characters of blocks, and 40,000 of text', () => {
  const big = (count: number) => times(4, section(plain(x(count))));
  expect(problems(...big(2_900))).toEqual([]);
  expect(problems(...big(3_000), ...big(250))).toEqual([
    expect.stringMatching(/^all blocks: 13\d\d\d, at most/),
  ]);
  const blocks = [section(plain('s'))];
  expect(lintMessage({ text: x(40_000), blocks })).toEqual([]);
  expect(lintMessage({ text: x(40_001), blocks })).toEqual(['text: 40001, at most 40000']);
});

const BAD: readonly [string, SlackBlock[]][] = [
  ['an empty section', [section(plain(' '))]],
  ['a section of nothing', [{ type: 'section' }]],
  ['an empty context', [{ type: 'context', elements: [] }]],
  ['an empty actions block', [actions()]],
  ['a header in mrkdwn', [{ type: 'header', text: markdown('h') }]],
  ['a button in mrkdwn', [actions(button({ text: markdown('b') }))]],
  ['mrkdwn that is not verbatim', [section({ type: 'mrkdwn', text: 'x' })]],
  ['an unknown block', [{ type: 'carousel' }]],
  ['an unknown element', [actions({ type: 'slider', action_id: 's' })]],
  ['an element without an id', [actions(button({ action_id: '' }))]],
  ['the same action twice in a block', [actions(button(), button())]],
  ['the same block id twice', times(2, { ...section(plain('s')), block_id: 'same' })],
  ['a select without options', [actions(select())]],
  ['an image without a description', [{ type: 'image', image_url: 'u' }]],
  ['a raw bracket', [section(plain('a < b'))]],
  ['a raw ampersand', [section(markdown('a & b'))]],
  ['a mention nobody wrote', [section(markdown('<!everyone>'))]],
  ['a call to the whole channel', [section(markdown('<!channel>'))]],
  ['a call to a user group', [section(markdown('<!subteam^S0ONCALL>'))]],
  ['a mention in plain text', [section(plain('<!channel>'))]],
  ['a link without words', [section(markdown('<https://example.com>'))]],
  ['a link to no page', [section(markdown('<mailto:a@example.com|a>'))]],
];

test.each(BAD)('%s is told', (_name, blocks) => {
  expect(problems(...blocks)).toHaveLength(1);
});

test('no text, no blocks, and a text that would mention somebody', () => {
  expect(lintMessage({ text: ' ', blocks: [] })).toEqual(['text: empty', 'text: empty', 'blocks: none']);
  expect(lintMessage({ text: '<!everyone>', blocks: [{ type: 'divider' }] })).toEqual(['text: not escaped']);
});

test('our own tokens pass', () => {
  const tokens = [
    '<!date^1793714565^{time_secs}|14:02:45 UTC>',
    '<@U0ANA> and <@W0BEN>',
    '<https://console.example.com/?a=1&amp;b=2|Open the console>',
  ];
  for (const token of tokens) expect(problems(section(markdown(token)))).toEqual([]);
});
