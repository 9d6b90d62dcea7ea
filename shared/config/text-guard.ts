import type { Problem } from './problem.ts';

export const MAX_CONFIG_BYTES = 256 * 1024;
/** Levels of `[` and `{`; the schema needs six. */
const MAX_FLOW_DEPTH = 32;
/** The parser recurses once per indicator and per level of indentation; both are bounded by these. */
const MAX_LINE_LENGTH = 400;
const MAX_INDENT = 100;
const MAX_LINES = 10_000;

/**
 * What must be refused before a YAML parser sees the text: 100 000 nested lists in one line end the process,
 * not only the parse. Reads each character once.
 */
export function findTextHazard(text: string): Problem | undefined {
  if (new TextEncoder().encode(text).length > MAX_CONFIG_BYTES)
    return { line: 1, column: 1, path: '', message: `is larger than ${MAX_CONFIG_BYTES / 1024} KiB` };
  const lines = text.split('\n');
  if (lines.length > MAX_LINES) return hazard(MAX_LINES, 0, `has more than ${MAX_LINES} lines`);
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    const found = findLineHazard(line);
    if (found !== undefined) return hazard(index, found.at, found.message);
    depth = flowDepth(line, depth);
    if (depth > MAX_FLOW_DEPTH) return hazard(index, 0, 'is nested too deeply');
  }
  return undefined;
}

function hazard(lineIndex: number, at: number, message: string): Problem {
  return { line: lineIndex + 1, column: at + 1, path: '', message };
}

function findLineHazard(line: string): { at: number; message: string } | undefined {
  const code = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (code.length > MAX_LINE_LENGTH)
    return { at: MAX_LINE_LENGTH, message: `a line is longer than ${MAX_LINE_LENGTH} characters` };
  const control = code.search(/[^\P{Cc}\t]|\p{Cs}/u);
  if (control >= 0) return { at: control, message: 'control characters are not allowed' };
  const [indent = ''] = /^[\s?:!&*-]*/.exec(code) ?? [];
  return indent.length > MAX_INDENT ? { at: MAX_INDENT, message: 'is nested too deeply' } : undefined;
}

/** Counts brackets in quotes and comments too: a false alarm needs 32 unbalanced ones. */
function flowDepth(line: string, before: number): number {
  let depth = before;
  for (const letter of line) {
    if (letter === '[' || letter === '{') depth++;
    else if (letter === ']' || letter === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_FLOW_DEPTH) return depth;
  }
  return depth;
}
