import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, DAY_MS, type EpochMs, humanDuration, isoTime } from '../shared/clock.ts';
import { TimerQueue } from './timers.ts';

/** 2026-11-03T14:00:00Z, where every world starts that does not say otherwise. */
export const DEFAULT_START: EpochMs = Date.UTC(2026, 10, 3, 14);

/** Turns given to real I/O (a lazily imported module) before silence counts as a dead end. */
const IDLE_TURNS = 100;

export interface RunOptions {
  /** Give up after this much virtual time, in ms; default one day. */
  limitMs?: number;
}

/**
 * Time that stands still until somebody drives it: `runUntil` lets all ready code run, then jumps to the
 * earliest timer. Deterministic: timers of the same moment fire in the order they were set.
 */
export class VirtualClock implements Clock {
  /** What the hands show at `#elapsed` 0. */
  #epoch: EpochMs;
  #elapsed = 0;
  #order = 0;
  readonly #timers = new TimerQueue();

  constructor(startAt: EpochMs = DEFAULT_START) {
    this.#epoch = startAt;
  }

  now(): EpochMs {
    return this.#epoch + this.#elapsed;
  }

  /** Time that has really passed since the start, in ms: `jump` does not move it. */
  elapsed(): number {
    return this.#elapsed;
  }

  /** Somebody sets the clock, forward or back. Whatever sleeps has as long to go as before. */
  jump(ms: number): void {
    this.#epoch += ms;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Runs `work` at that moment (now, if it is past). The answer cancels it. */
  at(time: EpochMs, work: () => void): () => void {
    const at = Math.max(time - this.#epoch, this.#elapsed);
    const timer = { at, order: this.#order++, fire: work, cancelled: false };
    this.#timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  after(ms: number, work: () => void): () => void {
    return this.at(this.now() + Math.max(0, ms), work);
  }

  /**
   * Moves time until `done()` holds. Throws when nothing is left to do before that, or when the virtual limit
   * would be passed (the clock then stands at the limit).
   */
  async runUntil(done: () => boolean, options: RunOptions = {}): Promise<void> {
    const limitMs = options.limitMs ?? DAY_MS;
    const end = this.#elapsed + limitMs;
    await nextTurn();
    while (!done()) {
      const next = this.#timers.peek() ?? (await this.#waitForWork(done));
      if (next === undefined) continue;
      if (next.at > end) this.#refuse(end, limitMs);
      this.#timers.pop();
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.fire();
      await nextTurn();
    }
  }

  /** Drives time until `work` settles, and settles the same way. */
  async run<T>(work: Promise<T>, options: RunOptions = {}): Promise<T> {
    let settled = false;
    const watch = () => {
      settled = true;
    };
    work.then(watch, watch);
    await this.runUntil(() => settled, options);
    return work;
  }

  /** Lets the world go on for `ms`, whether or not anything happens in it. */
  async advance(ms: number): Promise<void> {
    let reached = false;
    this.after(ms, () => {
      reached = true;
    });
    await this.runUntil(() => reached, { limitMs: ms });
  }

  async #waitForWork(done: () => boolean) {
    for (let turn = 0; turn < IDLE_TURNS; turn++) {
      await nextTurn();
      const timer = this.#timers.peek();
      if (timer !== undefined || done()) return timer;
    }
    throw new Error(
      `nothing is left to do at ${isoTime(this.now())} and the run is not over: ` +
        'something waits for an answer that never comes',
    );
  }

  #refuse(end: number, limitMs: number): never {
    this.#elapsed = end;
    const limit = humanDuration(limitMs);
    throw new Error(`the run is not over after ${limit} of virtual time (${isoTime(this.now())})`);
  }
}
