import { HOUR_MS, MINUTE_MS } from '../clock.ts';

/** What a person chose on a message. */
export type Choice =
  | { do: 'approve' }
  | { do: 'deny'; reason?: string }
  /** To be asked for so much longer, in ms. */
  | { do: 'snooze'; forMs: number };

/** What the menu `deny` offers: word in the option's value → text for people and for the ledger. */
export const DENY_REASONS = {
  'not-now': 'not now',
  'by-hand': 'somebody does it by hand',
  'wrong-target': 'the wrong target',
  'not-needed': 'it is not needed',
} as const satisfies Readonly<Record<string, string>>;

/** What the menu `snooze` offers: word in the option's value → ms. */
export const SNOOZES = {
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
} as const satisfies Readonly<Record<string, number>>;

export type DenyReason = keyof typeof DENY_REASONS;
export type SnoozeLength = keyof typeof SNOOZES;

export const ACTION_IDS = ['approve', 'deny', 'snooze'] as const;
export type ActionId = (typeof ACTION_IDS)[number];

/** The value of a button (the approval's id alone) or of one entry of a menu. */
export function choiceValue(approvalId: string, word?: DenyReason | SnoozeLength): string {
  return word === undefined ? approvalId : `${approvalId}:${word}`;
}

const VALUE = /^([0-9a-f]{32})(?::([0-9a-z-]{1,20}))?$/;

/** What `choiceValue` wrote, under the `action_id` it stood; undefined for anything else. */
export function readChoice(
  actionId: ActionId,
  value: string,
): { approvalId: string; choice: Choice } | undefined {
  const [, approvalId, word] = VALUE.exec(value) ?? [];
  const choice = choiceOf(actionId, word);
  return approvalId === undefined || choice === undefined ? undefined : { approvalId, choice };
}

function choiceOf(actionId: ActionId, word: string | undefined): Choice | undefined {
  if (word === undefined) return actionId === 'snooze' ? undefined : { do: actionId };
  if (actionId === 'deny')
    return isIn(DENY_REASONS, word) ? { do: 'deny', reason: DENY_REASONS[word] } : undefined;
  if (actionId === 'snooze') return isIn(SNOOZES, word) ? { do: 'snooze', forMs: SNOOZES[word] } : undefined;
  return undefined;
}

function isIn<T extends object>(words: T, word: string): word is Extract<keyof T, string> {
  return Object.hasOwn(words, word);
}
