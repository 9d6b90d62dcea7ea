import { stripVTControlCharacters } from 'node:util';

/**
 * Text from events, clusters and people as it may reach a terminal: one line, without escape sequences, control
 * characters, or the invisible ones that reorder what is read.
 */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\r\n\t\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '');
}

/** `plain` for every text in a value, keys included; for everything that came from outside. */
export function plainDeep<T>(value: T): T {
  return plainValue(value) as T;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [plain(name), plainValue(entry)]));
}

/** JSON that is safe to print and still says exactly the same: what `plain` would drop is escaped. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (letter) =>
    Array.from({ length: letter.length }, (_, index) => unicodeEscape(letter.charCodeAt(index))).join(''),
  );
}

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

/** Where a verb writes: data to stdout, talk to stderr. */
export interface Output {
  /** One line of what was asked for. Texts from outside go through `plain` before. */
  data(line: string): void;
  json(value: unknown): void;
  /** One line for the person at the terminal: progress, hints, errors. */
  talk(line: string): void;
  /** The text, coloured where stdout shows colours. */
  paint(style: Style, text: string): string;
}

/** What an output needs of a stream. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
}

/** Colours only on a terminal, and not with `NO_COLOR` or `TERM=dumb`. */
export function streamOutput(
  stdout: Sink,
  stderr: Sink,
  env: Readonly<Record<string, string | undefined>>,
): Output {
  const isPlain = stdout.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    data: (line) => stdout.write(`${line}\n`),
    json: (value) => stdout.write(`${printableJson(value)}\n`),
    talk: (line) => stderr.write(`${plain(line)}\n`),
    paint: (style, text) => (isPlain ? text : `\u001b[${STYLES[style]}m${text}\u001b[0m`),
  };
}

/** Columns as wide as their widest cell, two spaces apart. Cells are made plain. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = cells.reduce<number[]>(
    (widest, row) =>
      row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)).concat(widest.slice(row.length)),
    [],
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
