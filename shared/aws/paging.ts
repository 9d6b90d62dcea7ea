/** Consecutive slices of at most `size`. */
export function chunks<T>(all: readonly T[], size: number): T[][] {
  const slices: T[][] = [];
  for (let start = 0; start < all.length; start += size) slices.push(all.slice(start, start + size));
  return slices;
}

export interface Page<T, C> {
  items: readonly T[];
  /** Where the next page starts; undefined (or an empty token) on the last. */
  next: C | undefined;
}

/** Reads every page: a list that stops early would make what it misses look absent. */
export async function allPages<T, C>(read: (cursor: C | undefined) => Promise<Page<T, C>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: C | undefined;
  do {
    const page = await read(cursor);
    for (const item of page.items) all.push(item);
    cursor = page.next;
  } while (cursor !== undefined && cursor !== '');
  return all;
}
