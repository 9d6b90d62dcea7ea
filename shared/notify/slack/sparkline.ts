const BARS = '▁▂▃▄▅▆▇█';
const GAP = ' ';
const MAX_WIDTH = 40;

/** Numbers over time, oldest first; what was not measured is undefined. */
export type Series = readonly (number | undefined)[];

/** One character a value, from the lowest to the highest of the series; a gap where nothing was measured. */
export function sparkline(series: Series, width = MAX_WIDTH): string {
  const values = narrowed(series, width);
  const measured = values.filter((value) => value !== undefined);
  const low = Math.min(...measured);
  const span = Math.max(...measured) - low;
  return values.map((value) => barOf(value, low, span)).join('');
}

function barOf(value: number | undefined, low: number, span: number): string {
  if (value === undefined) return GAP;
  const share = span > 0 ? (value - low) / span : 0.5;
  return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] ?? GAP;
}

/** At most `width` values: the highest of each stretch, so that a peak is never averaged away. */
function narrowed(series: Series, width: number): Series {
  const values = series.map((value) => (Number.isFinite(value) ? value : undefined));
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, index) => {
    const from = Math.floor((index * values.length) / width);
    const to = Math.floor(((index + 1) * values.length) / width);
    const measured = values.slice(from, to).filter((value) => value !== undefined);
    return measured.length === 0 ? undefined : Math.max(...measured);
  });
}
