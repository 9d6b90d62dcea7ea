import { SECOND_MS } from '../../../shared/clock.ts';

/** Evictions in flight per budget: the API server serialises them by conflict, so a few are as fast as many. */
const START = 5;
const MAX = 10;
const SLOW_MS = 2 * SECOND_MS;
const FAST_MS = SECOND_MS;

/**
 * How many evictions one budget may have in flight. Grows by one after a fast success, shrinks by one when the
 * server is slow, halves when the budget refuses: waiting in the server helps nobody.
 */
export class BudgetWindow {
  readonly #sizes = new Map<string, number>();

  /** Pods without a budget are bounded by the pool alone. */
  size(budget: string | undefined): number {
    return budget === undefined ? Number.POSITIVE_INFINITY : (this.#sizes.get(budget) ?? START);
  }

  succeeded(budget: string | undefined, latencyMs: number): void {
    if (budget === undefined) return;
    const size = this.size(budget);
    if (latencyMs > SLOW_MS) this.#sizes.set(budget, Math.max(1, size - 1));
    else if (latencyMs < FAST_MS) this.#sizes.set(budget, Math.min(MAX, size + 1));
  }

  refused(budget: string | undefined): void {
    if (budget !== undefined) this.#sizes.set(budget, Math.max(1, Math.floor(this.size(budget) / 2)));
  }
}
