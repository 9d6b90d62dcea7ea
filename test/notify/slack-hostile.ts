import { fc } from '@fast-check/vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import type { SlackMessage } from '../../shared/ports/slack.ts';

/** What T44 names, each a way to be more than text. `EVIL` is looked for where no data may stand. */
export const HOSTILE = {
  mention: '<!channel>EVIL',
  link: '<https://evil.example|console>EVIL',
  user: '<@U0EVIL>',
  bold: '*EVIL*_EVIL_~EVIL~',
  backtick: '`EVIL` <!here> ```EVIL```',
  entity: '&lt;!channel&gt;EVIL&amp;',
  direction: '\u202eEVIL\u200f\u2066gnp.exe\u2069',
  zeroWidth: '<\u200b!\u200bhere\u2060>EVIL\ufeff',
  long: `${'a<b&c>"`'.repeat(500)}EVIL`,
  controls: 'EVIL\u0000\u001b[31m\r\n*EVIL*\n> EVIL',
  surrogate: 'EVIL\ud800<!everyone>\udc00',
  bare: 'https://evil.example @channel EVIL',
  nothing: '\u200b\u2060',
} as const;

/** Words of ours, which mean something to the renderer. */
const OURS = new Set([
  ...['open', 'closed', 'info', 'warning', 'high', 'critical', 'certain', 'likely', 'possible'],
  ...['allow', 'ask', 'refuse', 'running', 'done', 'failed', 'refused', 'denied', 'expired', 'observed'],
  ...['superseded', 'approved', 'fixed', 'mitigated', 'escalated', 'undone', 'ignored', 'close', 'wait'],
]);

/** The same value with every text that is not a word of ours, or a key, replaced. */
export function poisoned(incident: Incident, text: string): Incident {
  return deep(incident, text) as Incident;
}

function deep(value: unknown, text: string): unknown {
  if (typeof value === 'string') return OURS.has(value) ? value : text;
  if (Array.isArray(value)) return value.map((each) => deep(each, text));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, each]) => [name, name === 'key' ? each : deep(each, text)]));
}

/** Any text, and what escaping and JSON make longest. */
export const anyText = fc.oneof(
  fc.constantFrom(...Object.values(HOSTILE)),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.tuple(fc.constantFrom('"', '&', '<', '`', '\\', '🚑'), fc.nat(4_000)).map(([unit, n]) => unit.repeat(n)),
);

/** Every text object in a message, and its own text as mrkdwn, which it is. */
export function textsOf({ text, blocks }: SlackMessage): { type: string; text: string }[] {
  const found = [{ type: 'mrkdwn', text }];
  const look = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { type, text: inner } = value as { type?: unknown; text?: unknown };
    if (typeof inner === 'string') found.push({ type: String(type), text: inner });
    Object.values(value).forEach(look);
  };
  look(blocks);
  return found;
}

/** What stands between angle brackets but is neither a time of ours nor a link to the console. */
export function strangers(message: SlackMessage): string[] {
  const ours =
    /^<!date\^\d+\^[{}a-z_ ]+\|[\d :-]+ UTC>$|^<https:\/\/console\.example\.com\/[^|<>]*\|[A-Za-z ]+>$/;
  const brackets = textsOf(message).flatMap(({ text }) => text.match(/<[^>]*>?/g) ?? []);
  return brackets.filter((each) => !ours.test(each));
}

/** Formatted text with its code spans taken out: data must not stand in what is left. */
export function outsideCode({ blocks }: SlackMessage): string {
  const formatted = textsOf({ text: '', blocks }).filter(({ type }) => type === 'mrkdwn');
  return formatted.map(({ text }) => text.replace(/`[^`\n]*`/g, '')).join('\n');
}
