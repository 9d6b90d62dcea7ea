/** One measured number, and what it should be if anything is promised. */
export interface Figure {
  name: string;
  value: number;
  /** `%`, `ms`, `x` for a ratio, or any word; printed behind the number. */
  unit: string;
  aim?: { at: 'least' | 'most'; value: number };
}

export interface Report {
  /** How and on what it was measured, one line each. */
  setting: string[];
  figures: Figure[];
  /** Why the run does not count; empty when it does. */
  broken: string[];
}

export type Verdict = 'ok' | 'misses' | '-';

export function verdictOf({ value, aim }: Figure): Verdict {
  if (aim === undefined) return '-';
  // NaN, the figure of an empty run, keeps no promise.
  const isKept = aim.at === 'least' ? value >= aim.value : value <= aim.value;
  return isKept ? 'ok' : 'misses';
}

export function asTable({ setting, figures, broken }: Report): string {
  const rows = figures.map((figure) => [
    figure.name,
    numberText(figure.value, figure.unit),
    aimText(figure),
    verdictOf(figure),
  ]);
  const lines = aligned([['figure', 'measured', 'aim', ''], ...rows]);
  return [...setting, '', ...lines, ...broken.map((why) => `BROKEN: ${why}`)].join('\n');
}

export function asJson({ setting, figures, broken }: Report): string {
  const judged = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) }));
  return JSON.stringify({ setting, figures: judged, broken }, undefined, 2);
}

function aimText({ aim, unit }: Figure): string {
  if (aim === undefined) return '-';
  return `${aim.at === 'least' ? '≥' : '≤'} ${numberText(aim.value, unit)}`;
}

/** Three digits are as many as a run repeats. */
export function numberText(value: number, unit: string): string {
  const digits = digitsOf(value, unit);
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === '' ? text : `${text} ${unit}`;
}

function digitsOf(value: number, unit: string): number {
  if (Math.abs(value) >= 100 || (Number.isInteger(value) && unit !== 'x')) return 0;
  return Math.abs(value) >= 10 ? 1 : 2;
}

/** The first column to the left, numbers to the right. */
function aligned(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
