import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import type { PodSummary } from '../pods.ts';
import type { Attempt } from './attempt.ts';
import { type Due, laneOf } from './due.ts';

const JITTER = 0.2;
/** A pod that one way cannot move is tried another way no more often than this. */
const BLOCKED_RETRY_MS = 5 * SECOND_MS;

interface PodState {
  notBefore: EpochMs;
  why: string;
  because: Exclude<Attempt, { result: 'leaving' }>['because'];
}

/** What became of each pod so far, and when it may be tried again. */
export class Progress {
  readonly #states = new Map<string, PodState>();
  /** UIDs of the pods that were asked to leave since the node was last looked at. */
  readonly #leaving = new Set<string>();
  #sent = 0;

  /** Pods asked to leave by this loop. */
  get sent(): number {
    return this.#sent;
  }

  note(pod: PodSummary, attempt: Attempt, now: EpochMs): void {
    if (attempt.result === 'leaving') {
      this.#sent++;
      this.#leaving.add(pod.uid);
      this.#states.delete(pod.uid);
      return;
    }
    const pause = attempt.result === 'blocked' ? BLOCKED_RETRY_MS : attempt.afterMs;
    const notBefore = now + pause * (1 - JITTER + 2 * JITTER * fraction(pod.uid, now));
    this.#states.set(pod.uid, { notBefore, why: attempt.why, because: attempt.because });
  }

  isLeaving(uid: string): boolean {
    return this.#leaving.has(uid);
  }

  /** The server itself says now who is leaving, but for those whose answer comes while it is asked. */
  lookAgain(): void {
    this.#leaving.clear();
  }

  isDue(due: Due, now: EpochMs): boolean {
    const state = this.#states.get(due.pod.uid);
    if (state === undefined) return true;
    const isBlocked = state.because === 'refused' || state.because === 'budgets';
    if (isBlocked && due.way !== 'delete') return false;
    // When a budget is asked again is not a matter of one pod.
    return now >= state.notBefore || (state.because === 'budget' && laneOf(due) !== undefined);
  }

  /** The API server will not have it: waiting changes nothing. */
  isRefused(pod: PodSummary): boolean {
    return this.#states.get(pod.uid)?.because === 'refused';
  }

  /** The server did not answer, or could not. */
  hasFailed(pod: PodSummary): boolean {
    return this.#states.get(pod.uid)?.because === 'other';
  }

  why(pod: PodSummary): string {
    return this.#states.get(pod.uid)?.why ?? 'not tried yet';
  }
}

/** Spreads retries without randomness, so that a replay and a test see the same. */
function fraction(uid: string, now: EpochMs): number {
  let hash = now % 997;
  for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return hash / 997;
}
