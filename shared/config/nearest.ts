const MAX_WORD_LENGTH = 40;

/** The candidate a typing error could have meant: at most two edits away, one for words under five letters. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const limit = word.length < 5 ? 1 : 2;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(fold(word), fold(candidate)) }))
    .toSorted((left, right) => left.distance - right.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

/** `; did you mean 'mode'?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : `; did you mean '${candidate}'?`;
}

/** `max_event_age` and `maxEventAge` are the same word to a person. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Levenshtein. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) row = nextRow(row, letter, index + 1, right);
  return row.at(-1) ?? 0;
}

function nextRow(above: readonly number[], letter: string, first: number, right: string): number[] {
  const row = [first];
  for (let column = 1; column < above.length; column++) {
    const replace = (above[column - 1] ?? 0) + (right[column - 1] === letter ? 0 : 1);
    const remove = (above[column] ?? 0) + 1;
    const insert = (row[column - 1] ?? 0) + 1;
    row.push(Math.min(replace, remove, insert));
  }
  return row;
}
