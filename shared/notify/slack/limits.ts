import type { SlackBlock } from '../../ports/slack.ts';

/** Slack's limits on messages and blocks, in characters unless it says otherwise. */
export const LIMITS = {
  text: 40_000,
  blocks: 50,
  sectionText: 3_000,
  fields: 10,
  field: 2_000,
  header: 150,
  contextElements: 10,
  actionsElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  id: 255,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  placeholder: 150,
  options: 100,
  overflowOptions: 5,
  optionText: 75,
  optionValue: 150,
  imageText: 2_000,
  tableRows: 100,
  tableColumns: 20,
  tableText: 10_000,
  markdown: 12_000,
} as const;

export const MAX_HEADER = LIMITS.header;

/**
 * Slack refuses blocks of about 13,200 characters together and documents no limit. Counted as JSON, which is more
 * than Slack can mean, and a little below.
 */
export const MAX_MESSAGE = 13_000;

export function sizeOf(blocks: readonly SlackBlock[]): number {
  return JSON.stringify(blocks).length;
}
