const CUT = '...';
const MAX_LINE = 160;

/**
 * Text by others (names, tags, user agents) for one line of plain text: ASCII of one line, without what
 * mentions somebody, ends a code block, becomes a link, or could pass for a figure of ours (`|`).
 */
export function line(text: string, max = MAX_LINE): string {
  // Cut first: what is a megabyte long is not gone through.
  const plain = text
    .slice(0, max + 1)
    .replace(/\s+/g, ' ')
    .replace(/[^A-Za-z0-9 ._:/@+=,()#-]/g, '?')
    .replace(/\/(?=\/)/g, '?')
    .trim();
  if (plain === '') return '-';
  return text.length <= max ? plain : plain.slice(0, max - CUT.length).trimEnd() + CUT;
}

export interface Fitted {
  lines: string[];
  /** How many had no room; the last of `lines` then says so. */
  left: number;
}

/** The first lines that fit into `max` characters together with their breaks. */
export function fitting(lines: readonly string[], max: number): Fitted {
  const all = lines.reduce((sum, each) => sum + each.length + 1, 0);
  if (all <= max) return { lines: [...lines], left: 0 };
  const room = max - '(and 000000 more)\n'.length;
  let used = 0;
  const end = lines.findIndex((each) => {
    used += each.length + 1;
    return used > room;
  });
  const left = lines.length - end;
  return { lines: [...lines.slice(0, end), `(and ${left} more)`], left };
}
