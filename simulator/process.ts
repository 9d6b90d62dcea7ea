import type { Clock } from '../shared/clock.ts';

/**
 * One run of the application's code, which can be killed like a Lambda sandbox: from then on nothing it waits
 * for ever settles, so none of its code, `catch` and `finally` included, runs again. Whoever drives it races
 * its work against `dead`.
 */
export class Process {
  readonly name: string;
  readonly dead: Promise<void>;
  #alive = true;
  readonly #die: () => void;

  constructor(name = 'main') {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.name = name;
    this.dead = promise;
    this.#die = resolve;
  }

  get alive(): boolean {
    return this.#alive;
  }

  kill(): void {
    this.#alive = false;
    this.#die();
  }

  /** Passes a result on while the process lives; hangs for ever when it died in between. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await work;
      return this.#alive ? value : await never();
    } catch (error) {
      if (!this.#alive) return never();
      throw error;
    }
  }

  /** The clock as this process sees it: its sleeps end with it. */
  clock(inner: Clock): Clock {
    return {
      now: () => inner.now(),
      sleep: (ms) => (this.#alive ? this.guard(inner.sleep(ms)) : never()),
    };
  }
}

export function never(): Promise<never> {
  return new Promise(() => {});
}
