import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, EpochMs } from '../../shared/clock.ts';

interface Sleeper {
  at: EpochMs;
  wake: () => void;
}

/** Stands still until `run` or `advance` moves it to the next sleeper. */
export class ManualClock implements Clock {
  #now: EpochMs = 1_700_000_000_000;
  #sleepers: Sleeper[] = [];

  now(): EpochMs {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + Math.max(0, ms), wake });
    });
  }

  /** Moves on until `done()`; throws when nobody sleeps any more and it still does not hold. */
  async run(done: () => boolean): Promise<void> {
    await nextTurn();
    while (!done()) {
      if (!(await this.#step(Number.POSITIVE_INFINITY))) throw new Error('nothing left to do');
    }
  }

  /** Moves on by exactly `ms`, waking everybody on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await nextTurn();
    while (await this.#step(end));
    this.#now = end;
  }

  async #step(end: EpochMs): Promise<boolean> {
    const next = this.#sleepers.reduce<Sleeper | undefined>(
      (first, each) => (first === undefined || each.at < first.at ? each : first),
      undefined,
    );
    if (next === undefined || next.at > end) return false;
    this.#sleepers = this.#sleepers.filter((each) => each !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    await nextTurn();
    return true;
  }
}
