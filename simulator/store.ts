import type { EpochMs } from '../shared/clock.ts';
import type { VirtualClock } from './clock.ts';

/** How far back a stale read can look. */
const HISTORY_MS = 10 * 60_000;
const PRUNE_EVERY = 4096;

interface Change<T> {
  /** In ms since the start of the clock: its hands may be set back. */
  at: number;
  key: string;
  before: T | undefined;
}

/**
 * Objects by key that are replaced and never changed in place, so that an old state is a list of what to put
 * back rather than a copy of the world.
 */
export class Store<T> {
  readonly #clock: VirtualClock;
  readonly #hasHistory: boolean;
  readonly #current = new Map<string, T>();
  #changes: Change<T>[] = [];

  /** Without a history, `asOf` knows only what is now. */
  constructor(clock: VirtualClock, hasHistory = true) {
    this.#clock = clock;
    this.#hasHistory = hasHistory;
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
    const age = this.#clock.now() - at;
    if (age <= 0 || !this.#hasHistory) return this.#current;
    const then = this.#clock.elapsed() - age;
    const past = new Map(this.#current);
    for (const change of this.#changes.toReversed()) {
      if (change.at <= then) break;
      if (change.before === undefined) past.delete(change.key);
      else past.set(change.key, change.before);
    }
    return past;
  }

  #remember(key: string): void {
    if (!this.#hasHistory) return;
    this.#changes.push({ at: this.#clock.elapsed(), key, before: this.#current.get(key) });
    if (this.#changes.length % PRUNE_EVERY !== 0) return;
    const oldest = this.#clock.elapsed() - HISTORY_MS;
    this.#changes = this.#changes.filter((change) => change.at >= oldest);
  }
}
