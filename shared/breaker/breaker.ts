import { type EpochMs, SECOND_MS } from '../clock.ts';
import { SlidingTally, type Tally } from './tally.ts';

/** It opens when of the newest answers, at least so many within the window, this share is throttled. */
export const OPEN_AT = { answers: 20, share: 0.5 } as const;
/** AWS is asked for at most so many times what it accepts (Google SRE, "Handling overload"). */
const MULTIPLIER = 2;
/** While it is open a call that asks after the last probe's time always goes through. */
export const PROBE_MS = SECOND_MS;
/** Probes lie 0.75 to 1 of `PROBE_MS` apart, so that processes that opened together do not stay together. */
const JITTER = 0.25;
/** So many answers in a row that are not throttled close it. */
export const CLOSE_AFTER = 10;
/** Throttled calls that are made again at once, as a share of all: a retry budget, not a number of attempts. */
export const RETRY_SHARE = 0.1;
/** Saved up at most, so that a calm hour pays for no burst. */
export const MAX_RETRIES = 2;

/** How a call came back. `unknown`: without an answer, or with AWS's own trouble, which says nothing of rates. */
export type Answer = 'accepted' | 'throttled' | 'unknown';

export type Admission =
  | { admitted: true }
  /** `askedAgainInMs`: until a call is let through for certain. */
  | { admitted: false; since: EpochMs; askedAgainInMs: number; seen: Tally };

/**
 * The breaker of one AWS operation in one process. Closed it lets everything through; open it refuses at random, in
 * the proportion that AWS refuses, and lets a probe through every second. It goes by throttling alone. `random` gives
 * numbers in [0, 1).
 */
export class Breaker {
  readonly #random: () => number;
  readonly #tally = new SlidingTally();
  #openSince: EpochMs | undefined;
  #nextProbeAt: EpochMs = 0;
  /** Accepted calls since the last one that was throttled. */
  #streak = 0;
  #retries = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Undefined while it is closed. Throttling that nobody has met for a whole window is over. */
  openSince(now: EpochMs): EpochMs | undefined {
    if (this.#openSince !== undefined && this.#tally.sum(now).throttled === 0) this.#close(now);
    return this.#openSince;
  }

  admit(now: EpochMs): Admission {
    const since = this.openSince(now);
    this.#tally.add('asked', now);
    if (since === undefined || this.#isProbeDue(now)) return this.#admitted();
    const seen = this.#tally.sum(now);
    const refused = Math.max(0, (seen.asked - MULTIPLIER * seen.accepted) / (seen.asked + 1));
    if (this.#random() >= refused) return this.#admitted();
    return { admitted: false, since, askedAgainInMs: this.#nextProbeAt - now, seen };
  }

  answered(answer: Answer, now: EpochMs): void {
    if (answer === 'unknown') return;
    this.#tally.add(answer, now);
    this.#streak = answer === 'accepted' ? this.#streak + 1 : 0;
    if (this.#openSince === undefined) this.#openIfThrottled(now);
    else if (this.#streak >= CLOSE_AFTER) this.#close(now);
  }

  /** Takes one of the retries that the calls so far allow; never while it is open. */
  takeRetry(now: EpochMs): boolean {
    if (this.openSince(now) !== undefined || this.#retries < 1) return false;
    this.#retries -= 1;
    return true;
  }

  #admitted(): Admission {
    this.#retries = Math.min(MAX_RETRIES, this.#retries + RETRY_SHARE);
    return { admitted: true };
  }

  /** A moment too far ahead is due as well: somebody set the clock back. */
  #isProbeDue(now: EpochMs): boolean {
    if (now < this.#nextProbeAt && this.#nextProbeAt <= now + PROBE_MS) return false;
    this.#nextProbeAt = now + Math.floor(PROBE_MS * (1 - JITTER * this.#random()));
    return true;
  }

  #openIfThrottled(now: EpochMs): void {
    const recent = this.#tally.recent(now, OPEN_AT.answers);
    const answers = recent.accepted + recent.throttled;
    if (answers < OPEN_AT.answers || recent.throttled < OPEN_AT.share * answers) return;
    this.#openSince = now;
    // What was accepted before the trouble must not speak for AWS now.
    this.#tally.restart(now, recent);
    this.#nextProbeAt = now + Math.floor(PROBE_MS * this.#random());
  }

  #close(now: EpochMs): void {
    this.#openSince = undefined;
    this.#streak = 0;
    this.#tally.restart(now);
  }
}
