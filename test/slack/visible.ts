import type { SlackBlock } from '../../shared/ports/slack.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The lines a person reads: escapes undone, code marks gone, dates as their fallback, mentions as `@…`. */
export function visibleLines(blocks: readonly SlackBlock[]): string[] {
  return blocks.flatMap(textsOf).flatMap((text) => text.split('\n'));
}

/** The labels on what can be pressed. */
export function buttonLabels(blocks: readonly SlackBlock[]): string[] {
  return blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => listOf(elements))
    .map((element) => shown(element['text'] ?? element['placeholder']));
}

function textsOf(block: SlackBlock): string[] {
  const { text, fields, elements, type } = block;
  if (type === 'actions') return [];
  return [text, ...listOf(fields), ...listOf(elements)].filter((each) => each !== undefined).map(shown);
}

function shown(value: unknown): string {
  const { type, text } = (value ?? {}) as Fields;
  const raw = String(text ?? '');
  return unescapeText(type === 'mrkdwn' ? withoutMarkup(raw) : raw);
}

function withoutMarkup(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|>]+\|([^>]+)>/g, '$1')
    .replace(/<@(\w+)>/g, '@$1')
    .replace(/<https?:[^|>]+\|([^>]+)>/g, '$1')
    .replace(/`/g, '')
    .replace(/\*([^*\n]+)\*/g, '$1');
}

export function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
