import type { Figures } from '../limits/performance.ts';
import type { DecisionInput, Shortage } from './input.ts';

/** Large operations count several times, and minutes hide seconds: half of the limit in use may still be all of it. */
const LEAST_USE = 0.5;

const FIGURES: Readonly<Record<Shortage['what'], readonly (keyof Figures)[]>> = {
  iops: ['iops'],
  throughput: ['throughputMib'],
  both: ['iops', 'throughputMib'],
};

export interface Demanded {
  short: Shortage;
  figures: readonly (keyof Figures)[];
  reasons: string[];
}

/** What is short as far as the measured use does not contradict it. */
export function demanded({ short, current }: DecisionInput): Demanded | { why: string } {
  const { used } = short;
  const named = FIGURES[short.what];
  if (!used.known) {
    return { short, figures: named, reasons: [`how much it used is unknown: ${used.why}`] };
  }
  const said = (figure: keyof Figures) => {
    const { p95, max } = used.value[figure];
    return `used ${round(p95)} ${unitOf(figure)} (p95), ${round(max)} at most, of ${current[figure]}`;
  };
  const figures = named.filter((figure) => used.value[figure].max >= current[figure] * LEAST_USE);
  const [only] = figures;
  if (only === undefined) {
    return { why: `the use does not explain it: ${named.map(said).join('; ')} (${used.source})` };
  }
  const reasons = named.map((figure) => `${said(figure)} (${used.source})`);
  const what = figures.length === 2 ? 'both' : only === 'iops' ? 'iops' : 'throughput';
  return { short: { what, used }, figures, reasons };
}

export function unitOf(figure: keyof Figures): string {
  return figure === 'iops' ? 'IOPS' : 'MiB/s';
}

function round(value: number): number {
  return Math.round(value);
}
