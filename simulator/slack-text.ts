import type { SlackBlock, SlackMessage } from '../shared/ports/slack.ts';
import type { SimMessage } from './slack.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A channel as text: each message as it stands now, with its buttons and its thread. */
export function channelText(messages: readonly SimMessage[]): string[] {
  return messages.flatMap((message) => [
    ...messageText(message),
    ...(message.edits > 0 ? [`(edited ${message.edits}×)`] : []),
    ...message.replies.flatMap((reply) => replyText(reply).map((line) => `  ↳ ${line}`)),
    '',
  ]);
}

function replyText({ image, ...reply }: SimMessage['replies'][number]): string[] {
  const shown = image === undefined ? [] : [`[chart: ${image.title}, ${image.altText}]`];
  return [...messageText(reply), ...shown];
}

/** What a person reads: escapes undone, marks gone, dates as their fallback. */
export function messageText({ blocks }: Pick<SlackMessage, 'blocks'>): string[] {
  return blocks.flatMap(blockText).filter((line) => line.trim() !== '');
}

function blockText({ type, text, fields, elements }: SlackBlock): string[] {
  const parts = listOf(elements);
  if (type === 'actions')
    return [parts.map((part) => `[${shown(part['text'] ?? part['placeholder'])}]`).join(' ')];
  if (type === 'context') return [parts.map(shown).join(' · ')];
  return [
    ...(text === undefined ? [] : [shown(text)]),
    ...listOf(fields).map((field) => oneLine(shown(field))),
  ].flatMap((lines) => lines.split('\n'));
}

function oneLine(text: string): string {
  const [title = '', ...rest] = text.split('\n');
  return rest.length === 0 ? title : `${title}: ${rest.join(' ')}`;
}

function shown(value: unknown): string {
  const { type, text } = (value ?? {}) as Fields;
  const raw = typeof text === 'string' ? text : '';
  return unescaped(type === 'mrkdwn' ? withoutMarks(raw) : raw);
}

function withoutMarks(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|>]+\|([^>]+)>/g, '$1')
    .replace(/<@(\w+)>/g, '@$1')
    .replace(/<https?:[^|>]+\|([^>]+)>/g, '$1')
    .replaceAll('`', '')
    .replace(/\*([^*\n]+)\*/g, '$1');
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
