import { sha256Hex } from '../shared/incident/step-key.ts';

/** `i-` and 17 hex digits, always the same for the same seed and words. */
export function instanceId(seed: number, ...words: (string | number)[]): string {
  return `i-${hex(seed, 'instance', words).slice(0, 17)}`;
}

/** `vol-` and 17 hex digits, likewise. */
export function volumeId(seed: number, ...words: (string | number)[]): string {
  return `vol-${hex(seed, 'volume', words).slice(0, 17)}`;
}

/** A version 4 UUID in form, derived from its words. */
export function uuid(seed: number, ...words: (string | number)[]): string {
  const digits = hex(seed, 'uuid', words);
  const variant = '89ab'[Number.parseInt(digits[16] ?? '0', 16) % 4];
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

/** The random-looking tail Kubernetes puts behind generated names. */
export function nameSuffix(seed: number, length: number, ...words: (string | number)[]): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digits = hex(seed, 'suffix', words);
  const letters = Array.from({ length }, (_, index) => {
    const value = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
    return alphabet[value % alphabet.length] ?? 'x';
  });
  return letters.join('');
}

function hex(seed: number, kind: string, words: (string | number)[]): string {
  return sha256Hex([seed, kind, ...words].join('\u0001'));
}
