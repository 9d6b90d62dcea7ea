import type { Clock, EpochMs } from '../shared/clock.ts';

/** How far back a stale read can look. */
const HISTORY_MS = 10 * 60_000;
const PRUNE_EVERY = 4096;

interface Change<T> {
  at: EpochMs;
  key: string;
  before: T | undefined;
}

/**
 * Objects by key that are replaced and never changed in place, so that an old state is a list of what to put
 * back rather than a copy of the world.
 */
export class Store<T> {
  readonly #clock: Clock;
  readonly #current = new Map<string, T>();
  #changes: Change<T>[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#current.size;
  }

  get(key: string): T | undefined {
    return this.#current.get(key);
  }

  values(): IterableIterator<T> {
    return this.#current.values();
  }

  set(key: string, value: T): void {
    this.#remember(key);
    this.#current.set(key, value);
  }

  delete(key: string): boolean {
    if (!this.#current.has(key)) return false;
    this.#remember(key);
    return this.#current.delete(key);
  }

  /** The objects as they stood at `at`, or before the oldest change that is still remembered. */
  asOf(at: EpochMs): ReadonlyMap<string, T> {
    if (at >= this.#clock.now()) return this.#current;
    const past = new Map(this.#current);
    for (const change of this.#changes.toReversed()) {
      if (change.at <= at) break;
      if (change.before === undefined) past.delete(change.key);
      else past.set(change.key, change.before);
    }
    return past;
  }

  #remember(key: string): void {
    this.#changes.push({ at: this.#clock.now(), key, before: this.#current.get(key) });
    if (this.#changes.length % PRUNE_EVERY !== 0) return;
    const oldest = this.#clock.now() - HISTORY_MS;
    this.#changes = this.#changes.filter((change) => change.at >= oldest);
  }
}
