/**
 * What was written by others (events, clusters, people) goes through here before it stands in a message: it can look
 * odd, but never mention anybody, link anywhere or format anything.
 */

/** Controls, zero-width and direction marks, fillers, private use. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]/gu;
const CUT = '…';
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** One line of visible characters. */
export function clean(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim();
}

/** Exactly the three characters that Slack gives a meaning in every text. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

/**
 * Data for a `plain_text` object: clean and escaped, at most `max` characters as they are sent. Cutting never takes
 * an entity or a character apart.
 */
export function data(text: string, max: number): string {
  const whole = escapeText(clean(text));
  if (whole.length <= max) return whole;
  let cut = '';
  for (const character of clean(text)) {
    const next = escapeText(character);
    if (cut.length + next.length + CUT.length > max) break;
    cut += next;
  }
  return cut.trimEnd() + CUT;
}

/** Data for a `mrkdwn` object: a code span, in which nothing but its own end has a meaning. */
export function code(text: string, max = 80): string {
  const inner = data(text.replaceAll('`', ''), max - 2);
  return inner === '' ? '`-`' : `\`${inner}\``;
}

/** `a, b, c and 4 more`; each name is cut by itself, so that a long one hides no other. */
export function names(list: readonly string[], { show = 3, max = 60 } = {}): string {
  return `${list
    .slice(0, show)
    .map((name) => data(name, max))
    .join(', ')}${more(list.length - show)}`;
}

/** As `names`, each in a code span. */
export function codeNames(list: readonly string[], { show = 3, max = 60 } = {}): string {
  return `${list
    .slice(0, show)
    .map((name) => code(name, max))
    .join(', ')}${more(list.length - show)}`;
}

function more(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}

/** Lines within `max` characters; a last line counts what does not fit, and `hidden` ones left out before. */
export function fittingLines(lines: readonly string[], max: number, hidden = 0): string {
  const room = max - ' … and 000000 more'.length;
  let length = 0;
  const shown = lines.filter((line) => {
    length += line.length + 1;
    return length <= room;
  });
  const missing = lines.length - shown.length + hidden;
  return [...shown, ...(missing > 0 ? [`… and ${missing} more`] : [])].join('\n');
}
