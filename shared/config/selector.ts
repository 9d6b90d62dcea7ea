import type { ClusterRef } from '../ports/kubernetes.ts';

/** Which clusters an entry of `clusters` is about. Without account or region it is about all of them. */
export interface Selector {
  /** A name, or a glob in which `*` stands for any characters. */
  name: string;
  account?: string | undefined;
  region?: string | undefined;
}

export function isGlob(name: string): boolean {
  return name.includes('*');
}

/**
 * The one entry that holds for a cluster: an exact name beats a glob, a glob with more characters beats one with
 * fewer. Entries are never combined. Undefined when none applies.
 */
export function bestIndex(entries: readonly Selector[], cluster: ClusterRef): number | undefined {
  let best: number | undefined;
  for (const [index, entry] of entries.entries()) {
    if (!applies(entry, cluster)) continue;
    const before = best === undefined ? undefined : entries[best];
    if (before === undefined || specificity(entry) > specificity(before)) best = index;
  }
  return best;
}

function applies({ name, account, region }: Selector, cluster: ClusterRef): boolean {
  return (
    (name === cluster.name || (isGlob(name) && covers(name, cluster.name))) &&
    (account === undefined || account === cluster.account) &&
    (region === undefined || region === cluster.region)
  );
}

/** Of two entries that apply, the one with the higher number holds. */
export function specificity({ name }: Selector): number {
  return isGlob(name) ? name.replaceAll('*', '').length : Number.POSITIVE_INFINITY;
}

/** Every cluster that `inner` is about, `outer` is about too. */
export function includes(outer: Selector, inner: Selector): boolean {
  return (
    covers(outer.name, inner.name) &&
    (outer.account === undefined || outer.account === inner.account) &&
    (outer.region === undefined || outer.region === inner.region)
  );
}

/** There can be a cluster that both are about. */
export function overlap(left: Selector, right: Selector): boolean {
  return (
    mayAgree(left.account, right.account) &&
    mayAgree(left.region, right.region) &&
    shareAName(left.name, right.name)
  );
}

function mayAgree(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined || left === right;
}

/**
 * The glob matches the text. A `*` in the text is matched by a `*` alone, so that for a glob as text it says
 * that every name the text matches, the glob matches too.
 */
function covers(glob: string, text: string): boolean {
  let reached = [0];
  for (const letter of glob) {
    reached =
      letter === '*'
        ? from(Math.min(...reached), text.length)
        : reached.filter((at) => letter === text[at]).map((at) => at + 1);
    if (reached.length === 0) return false;
  }
  return reached.includes(text.length);
}

function from(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Some name matches both globs. Takes the product of their lengths. */
function shareAName(left: string, right: string): boolean {
  // `row[n]`: what of `left` has been read and the first n characters of `right` share a name.
  let row = [true];
  for (const letter of right) row.push(row.at(-1) === true && letter === '*');
  for (const letter of left) row = nextRow(row, letter, right);
  return row.at(-1) === true;
}

function nextRow(above: readonly boolean[], letter: string, right: string): boolean[] {
  const row = [above[0] === true && letter === '*'];
  for (let at = 1; at < above.length; at++) {
    const other = right[at - 1];
    const isStar = letter === '*' || other === '*';
    const shared = isStar ? above[at] === true || row[at - 1] === true : letter === other && above[at - 1];
    row.push(shared === true);
  }
  return row;
}
