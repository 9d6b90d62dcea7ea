import type { SlackBlock, SlackMessage } from '../../ports/slack.ts';
import { LIMITS, MAX_MESSAGE, sizeOf } from './limits.ts';
import { lintElement } from './lint-elements.ts';
import { atMost, type Fields, fieldsOf, listOf, textIn, textProblems } from './lint-text.ts';

/**
 * Everything Slack would refuse or take for more than text: one line for each, empty for a good message. For tests,
 * and as the last look before posting.
 */
export function lintMessage({ text, blocks }: SlackMessage): string[] {
  const ids = blocks.flatMap(({ block_id: id }) => (id === undefined ? [] : [id]));
  return [
    ...(text.trim() === '' ? ['text: empty'] : []),
    ...atMost('text', text.length, LIMITS.text),
    ...textProblems('text', { type: 'mrkdwn', text, verbatim: true }),
    ...(blocks.length === 0 ? ['blocks: none'] : []),
    ...atMost('blocks', blocks.length, LIMITS.blocks),
    ...atMost('all blocks', sizeOf(blocks), MAX_MESSAGE),
    ...atMost('all markdown blocks', markdownLength(blocks), LIMITS.markdown),
    ...(new Set(ids).size < ids.length ? ['block_id: used twice'] : []),
    ...blocks.flatMap((block, index) => lintBlock(`blocks[${index}] ${block.type}`, block)),
  ];
}

function markdownLength(blocks: readonly SlackBlock[]): number {
  const texts = blocks.filter(({ type }) => type === 'markdown').map((block) => textIn(block['text']));
  return texts.reduce((sum, text) => sum + text.length, 0);
}

type BlockLint = (at: string, block: Fields) => string[];

const BLOCKS: Readonly<Record<string, BlockLint>> = {
  header: lintHeader,
  section: lintSection,
  context: lintContext,
  actions: lintActions,
  image: lintImage,
  table: lintTable,
  markdown: () => [],
  divider: () => [],
};

function lintBlock(at: string, block: SlackBlock): string[] {
  const lint = BLOCKS[block.type];
  const id = atMost(`${at} block_id`, block.block_id?.length ?? 0, LIMITS.id);
  return lint === undefined ? [`${at}: not a block we know`] : [...id, ...lint(at, block)];
}

function lintHeader(at: string, { text }: Fields): string[] {
  const isPlain = fieldsOf(text)['type'] === 'plain_text';
  return [
    ...(isPlain ? [] : [`${at}: must be plain_text`]),
    ...textProblems(at, text),
    ...atMost(at, textIn(text).length, LIMITS.header),
  ];
}

function lintSection(at: string, { text, fields }: Fields): string[] {
  const list = listOf(fields);
  return [
    ...(text === undefined && list.length === 0 ? [`${at}: neither text nor fields`] : []),
    ...(text === undefined ? [] : textProblems(at, text)),
    ...atMost(at, textIn(text).length, LIMITS.sectionText),
    ...atMost(`${at} fields`, list.length, LIMITS.fields),
    ...list.flatMap((field, index) => [
      ...textProblems(`${at} fields[${index}]`, field),
      ...atMost(`${at} fields[${index}]`, textIn(field).length, LIMITS.field),
    ]),
  ];
}

function lintContext(at: string, { elements }: Fields): string[] {
  const list = listOf(elements);
  return [
    ...(list.length === 0 ? [`${at}: empty`] : []),
    ...atMost(`${at} elements`, list.length, LIMITS.contextElements),
    ...list.flatMap((element, index) =>
      fieldsOf(element)['type'] === 'image' ? [] : textProblems(`${at} elements[${index}]`, element),
    ),
  ];
}

function lintActions(at: string, { elements }: Fields): string[] {
  const list = listOf(elements).map(fieldsOf);
  const ids = list.map((element) => element['action_id']);
  return [
    ...(list.length === 0 ? [`${at}: empty`] : []),
    ...atMost(`${at} elements`, list.length, LIMITS.actionsElements),
    ...(new Set(ids).size < ids.length ? [`${at} action_id: used twice`] : []),
    ...list.flatMap((element, index) => lintElement(`${at} elements[${index}]`, element)),
  ];
}

function lintImage(at: string, { alt_text: altText, image_url: url, title }: Fields): string[] {
  const alt = typeof altText === 'string' ? altText : '';
  return [
    ...(alt === '' ? [`${at}: no alt_text`] : []),
    ...atMost(`${at} alt_text`, alt.length, LIMITS.imageText),
    ...atMost(`${at} title`, textIn(title).length, LIMITS.imageText),
    ...atMost(`${at} image_url`, String(url ?? '').length, LIMITS.url),
  ];
}

function lintTable(at: string, { rows }: Fields): string[] {
  const list = listOf(rows).map(listOf);
  return [
    ...atMost(`${at} rows`, list.length, LIMITS.tableRows),
    ...atMost(`${at} columns`, Math.max(0, ...list.map((row) => row.length)), LIMITS.tableColumns),
    ...atMost(
      at,
      list.flat().reduce<number>((sum, cell) => sum + textIn(cell).length, 0),
      LIMITS.tableText,
    ),
  ];
}
