/** Something wrong with a config text, for people. Never quotes a value: it may be a secret. */
export interface Problem {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** e.g. `clusters[0].troubles.node-interruption.drain.parallel`; empty for the file as a whole. */
  path: string;
  message: string;
}

export type PathPart = string | number;

const MAX_KEY_LENGTH = 60;

export function formatPath(parts: readonly PathPart[]): string {
  return parts.map(formatPart).join('').replace(/^\./, '');
}

function formatPart(part: PathPart): string {
  return typeof part === 'number' ? `[${part}]` : `.${printableKey(part)}`;
}

/** A key as it may stand in a message: bounded, without control characters, never a secret. */
export function printableKey(key: string): string {
  if (secretIn(key) !== undefined) return '(hidden)';
  const text = key.replace(/\p{C}/gu, '?');
  return text.length > MAX_KEY_LENGTH ? `${text.slice(0, MAX_KEY_LENGTH)}…` : text;
}

const SECRETS: readonly { what: string; shape: RegExp }[] = [
  { what: 'a Slack token', shape: /xox[a-z]-[0-9A-Za-z]/ },
  { what: 'a Slack app token', shape: /xapp-[0-9]/ },
  { what: 'a Slack webhook address', shape: /hooks\.slack\.com\/services\// },
  { what: 'an AWS access key id', shape: /(?:AKIA|ASIA)[0-9A-Z]{12}/ },
  { what: 'a PEM block', shape: /-----BEGIN [A-Z ]+-----/ },
];

/** What kind of secret the text seems to hold, and where. */
export function secretIn(text: string): { what: string; index: number } | undefined {
  for (const { what, shape } of SECRETS) {
    const index = text.search(shape);
    if (index >= 0) return { what, index };
  }
  return undefined;
}
