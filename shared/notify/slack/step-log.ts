import type { HistoryEntry } from '../../incident/ledger.ts';
import type { SlackMessage } from '../../ports/slack.ts';
import { markdown, section } from './blocks.ts';
import { person } from './people.ts';
import { code, data } from './text.ts';
import { clockTime } from './time.ts';

const MAX_TEXT = 300;
const LINES_PER_SECTION = 5;
const SECTIONS_PER_MESSAGE = 3;
const MAX_MESSAGES = 5;

/**
 * Lines of an incident's history as replies in its thread, as few as hold them, oldest first. Of a very long stretch
 * the newest are told and the rest is counted: all of it stands in the ledger.
 */
export function renderStepLog(entries: readonly HistoryEntry[]): SlackMessage[] {
  const room = LINES_PER_SECTION * SECTIONS_PER_MESSAGE;
  const told = entries.slice(-room * MAX_MESSAGES);
  const missing = entries.length - told.length;
  return chunks(told, room).map((lines, index) =>
    reply(
      lines,
      index === 0 && missing > 0 ? `${missing} earlier lines stand in the ledger only.` : undefined,
    ),
  );
}

function reply(entries: readonly HistoryEntry[], note: string | undefined): SlackMessage {
  const [first] = entries;
  const rest = entries.length - 1;
  const more = rest > 0 ? `, and ${rest} more lines` : '';
  return {
    text:
      first === undefined ? 'Step log.' : `${data(first.kind, 40)}: ${data(first.text, MAX_TEXT)}${more}.`,
    blocks: [
      ...(note === undefined ? [] : [section(markdown(note))]),
      ...chunks(entries, LINES_PER_SECTION).map((lines) => section(markdown(lines.map(logLine).join('\n')))),
    ],
  };
}

function logLine({ at, kind, text, by }: HistoryEntry): string {
  const who = by === undefined ? '' : ` by ${person(by)}`;
  return `${clockTime(at)} *${data(kind.replace(/[^a-z-]/g, ''), 40) || 'note'}* ${code(text, MAX_TEXT)}${who}`;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
