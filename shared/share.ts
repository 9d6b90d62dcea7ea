/** Shares such as 0.1 have no exact binary form: 70 × 0.1 is a little more than 7, and must not become 8. */
const ROUNDING = 1e-9;

/** So many of `of`, rounded up. */
export function ceilShare(of: number, share: number): number {
  return Math.ceil(of * share - ROUNDING);
}

/** Strictly more than the share. */
export function isOverShare(count: number, of: number, share: number): boolean {
  return count > of * share + ROUNDING;
}
