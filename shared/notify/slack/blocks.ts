import type { SlackBlock } from '../../ports/slack.ts';
import { data } from './text.ts';

/** A text object of Block Kit. */
export interface TextObject {
  type: 'plain_text' | 'mrkdwn';
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}

/** `text` is escaped already. */
export function plainText(text: string): TextObject {
  return { type: 'plain_text', text, emoji: true };
}

/** Our own words, tokens and code spans. Verbatim: Slack makes no links or mentions of anything in it. */
export function markdown(text: string): TextObject {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function header(icon: string, text: string, max: number): SlackBlock {
  return { type: 'header', text: plainText(`${icon} ${data(text, max - icon.length - 1)}`) };
}

export function section(text: TextObject): SlackBlock {
  return { type: 'section', text };
}

/** A title of ours over lines of data. None without lines. */
export function titled(title: string, lines: string): SlackBlock[] {
  return lines === '' ? [] : [section(plainText(`${title}\n${lines}`))];
}

export function context(elements: readonly TextObject[]): SlackBlock {
  return { type: 'context', elements };
}
