import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';

/** Requests in flight before anything is known. */
const START = 5;
const SHRINK = 0.8;

interface Bounds {
  max: number;
  /** A quicker answer says that there is room for one more, in ms. */
  fastMs: number;
  /** A slower one says that there are too many. */
  slowMs: number;
}

/**
 * How many requests may be in flight, found by their answers: one more for each fast one until the first sign of
 * trouble, from then on one more for each full window of them; a fifth less for a slow one, half for a refusal.
 * Never below one.
 */
export class Window {
  readonly #bounds: Bounds;
  #size: number;
  #isStarting = true;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#size = Math.min(START, bounds.max);
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  succeeded(latencyMs: number): void {
    const { max, fastMs, slowMs } = this.#bounds;
    if (latencyMs > slowMs) this.#shrinkTo(SHRINK);
    else if (latencyMs < fastMs) {
      this.#size = Math.min(max, this.#size + (this.#isStarting ? 1 : 1 / this.#size));
    }
  }

  /** Asking more of the one who refuses helps nobody. */
  refused(): void {
    this.#shrinkTo(1 / 2);
  }

  #shrinkTo(share: number): void {
    this.#isStarting = false;
    this.#size = Math.max(1, this.#size * share);
  }
}

/** All requests of one node: a server that has too much to do refuses (429), long before it gets as slow as this. */
export function nodeWindow(parallel: number): Window {
  return new Window({ max: parallel, fastMs: SECOND_MS, slowMs: 5 * SECOND_MS });
}

/**
 * The server takes evictions under one budget one by one: each that meets another, or the budget's controller, waits
 * half a second there. Some in flight fill those waits; more only meet more often, and time out in the end.
 */
const PER_BUDGET: Bounds = { max: 10, fastMs: SECOND_MS, slowMs: 2 * SECOND_MS };
/** An eviction that takes twice as long as usual has met another: it waits there, and the next one has the way free. */
const MEETING = { factor: 2, leastMs: 40, mostMs: 400 };
const USUAL_MS = 40;
/** The share of a new answer in what is usual. */
const SMOOTHING = 1 / 8;
/** A budget without a place is asked again after this, and after twice as long each time that it still has none. */
const SHORTEST_PAUSE_MS = SECOND_MS / 4;
const LONGEST_PAUSE_MS = 2 * SECOND_MS;

interface Lane {
  window: Window;
  /** When the newest eviction that has no answer yet was sent. */
  sentAt: EpochMs;
  /** When it had no place the last time, and how long it is left alone since. */
  closedAt: EpochMs;
  pauseMs: number;
  /** What an eviction takes that meets nobody. */
  usualMs: number;
}

/** How many evictions each budget may have in flight, and when the next. Who else drains under it shows in the answers. */
export class BudgetWindow {
  readonly #lanes = new Map<string, Lane>();

  /** Pods without a budget are bounded by the node's window alone. */
  size(budget: string | undefined): number {
    return budget === undefined ? Number.POSITIVE_INFINITY : this.#of(budget).window.size;
  }

  /** Not before this may the next one be sent, if there is room in the window. */
  opensAt(budget: string, now: EpochMs): EpochMs {
    const { sentAt, closedAt, pauseMs, usualMs } = this.#of(budget);
    const { factor, leastMs, mostMs } = MEETING;
    const meetingMs = Math.min(mostMs, Math.max(leastMs, factor * usualMs));
    return Math.max(after(sentAt, meetingMs, now), after(closedAt, pauseMs, now));
  }

  sent(budget: string, now: EpochMs): void {
    this.#of(budget).sentAt = now;
  }

  /** The answer to the one that was sent at that time has come. */
  answered(budget: string, sentAt: EpochMs): void {
    const lane = this.#of(budget);
    if (lane.sentAt === sentAt) lane.sentAt = Number.NEGATIVE_INFINITY;
  }

  succeeded(budget: string | undefined, latencyMs: number): void {
    if (budget === undefined) return;
    const lane = this.#of(budget);
    lane.pauseMs = 0;
    lane.window.succeeded(latencyMs);
    if (latencyMs < MEETING.mostMs) lane.usualMs += (latencyMs - lane.usualMs) * SMOOTHING;
  }

  /** It has no place now. */
  exhausted(budget: string, now: EpochMs): void {
    const lane = this.#of(budget);
    if (after(lane.closedAt, lane.pauseMs, now) > now) return;
    lane.closedAt = now;
    lane.pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * lane.pauseMs));
  }

  refused(budget: string | undefined): void {
    if (budget !== undefined) this.#of(budget).window.refused();
  }

  #of(budget: string): Lane {
    const known = this.#lanes.get(budget);
    if (known !== undefined) return known;
    const never = Number.NEGATIVE_INFINITY;
    const lane = {
      window: new Window(PER_BUDGET),
      sentAt: never,
      closedAt: never,
      pauseMs: 0,
      usualMs: USUAL_MS,
    };
    this.#lanes.set(budget, lane);
    return lane;
  }
}

/** A time that lies ahead is that of a clock which was set back since. */
function after(since: EpochMs, ms: number, now: EpochMs): EpochMs {
  return since > now ? now : since + ms;
}
