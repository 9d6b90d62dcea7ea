import { type EpochMs, MINUTE_MS, SECOND_MS } from '../clock.ts';

/** What callers wanted, and what became of the calls that were made. */
export interface Tally {
  /** Calls that callers wanted, refused ones included. */
  asked: number;
  /** AWS took them, whatever else it answered. */
  accepted: number;
  throttled: number;
}

/** Long enough for twenty calls of a slow caller, and shorter than the two minutes in which it must recover. */
export const WINDOW_MS = MINUTE_MS;
const SLICE_MS = 5 * SECOND_MS;

/** Counts over the last `WINDOW_MS`, forgotten in slices of five seconds. Bounded: thirteen slices. */
export class SlidingTally {
  readonly #slices = new Map<number, Tally>();

  add(what: keyof Tally, now: EpochMs): void {
    const slice = sliceOf(now);
    const tally = this.#slices.get(slice) ?? { asked: 0, accepted: 0, throttled: 0 };
    tally[what] += 1;
    this.#slices.set(slice, tally);
  }

  sum(now: EpochMs): Tally {
    return this.recent(now, Number.POSITIVE_INFINITY);
  }

  /** The newest slices that hold so many answers between them: who asks often learns of a change in seconds. */
  recent(now: EpochMs, answers: number): Tally {
    this.#forget(now);
    const sum = { asked: 0, accepted: 0, throttled: 0 };
    for (const [, slice] of [...this.#slices].toSorted(([left], [right]) => right - left)) {
      sum.asked += slice.asked;
      sum.accepted += slice.accepted;
      sum.throttled += slice.throttled;
      if (sum.accepted + sum.throttled >= answers) break;
    }
    return sum;
  }

  /** Forgets everything but this, as if it had all just been. */
  restart(now: EpochMs, tally: Tally = { asked: 0, accepted: 0, throttled: 0 }): void {
    this.#slices.clear();
    this.#slices.set(sliceOf(now), { ...tally });
  }

  /** What lies ahead is forgotten too: somebody set the clock back. */
  #forget(now: EpochMs): void {
    const last = sliceOf(now);
    const first = sliceOf(now - WINDOW_MS);
    for (const slice of this.#slices.keys()) if (slice <= first || slice > last) this.#slices.delete(slice);
  }
}

function sliceOf(now: EpochMs): number {
  return Math.floor(now / SLICE_MS);
}
