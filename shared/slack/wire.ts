import type { SlackMessage } from '../ports/slack.ts';

/** A message as chat.* and incoming webhooks take it. */
export interface WireMessage {
  text: string;
  blocks: readonly object[];
  attachments: readonly object[];
  metadata?: SlackMessage['metadata'];
}

/**
 * Slack draws a coloured bar only beside an attachment, folds long attachments and reports clicks in them as of
 * another container: so the last block alone, which holds no question, stands beside the bar. Without a colour the
 * list is sent empty, because an update keeps the attachments it does not name.
 */
export function wireMessage({ text, blocks, colour, metadata }: SlackMessage): WireMessage {
  const last = blocks.at(-1);
  const isBarred = colour !== undefined && last !== undefined && blocks.length > 1;
  return {
    text,
    blocks: isBarred ? blocks.slice(0, -1) : blocks,
    attachments: isBarred ? [{ color: colour, fallback: text, blocks: [last] }] : [],
    ...(metadata !== undefined && { metadata }),
  };
}
