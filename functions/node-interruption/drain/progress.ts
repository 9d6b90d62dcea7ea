import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import type { BudgetSummary, PodSummary } from '../pods.ts';
import type { Attempt, Way } from './attempt.ts';

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
  #sent = 0;

  /** Pods asked to leave by this loop. */
  get sent(): number {
    return this.#sent;
  }

  note(pod: PodSummary, attempt: Attempt, now: EpochMs): void {
    if (attempt.result === 'leaving') {
      this.#sent++;
      this.#states.delete(pod.uid);
      return;
    }
    const pause = attempt.result === 'blocked' ? BLOCKED_RETRY_MS : attempt.afterMs;
    const notBefore = now + pause * (1 - JITTER + 2 * JITTER * fraction(pod.uid, now));
    this.#states.set(pod.uid, { notBefore, why: attempt.why, because: attempt.because });
  }

  isDue(pod: PodSummary, budgets: readonly BudgetSummary[], way: Way | null, now: EpochMs): boolean {
    const state = this.#states.get(pod.uid);
    if (state === undefined) return true;
    const isBlocked = state.because === 'refused' || state.because === 'budgets';
    if (isBlocked && way !== 'delete') return false;
    return now >= state.notBefore || (state.because === 'budget' && hasRoom(pod, budgets));
  }

  /** The API server will not have it: waiting changes nothing. */
  isRefused(pod: PodSummary): boolean {
    return this.#states.get(pod.uid)?.because === 'refused';
  }

  why(pod: PodSummary): string {
    return this.#states.get(pod.uid)?.why ?? 'not tried yet';
  }
}

/** The budget that refused has room by its own newest status: no need to wait for the retry time. */
function hasRoom(pod: PodSummary, budgets: readonly BudgetSummary[]): boolean {
  if (pod.budgets.length !== 1) return false;
  return budgets.some((budget) => budget.name === pod.budgets[0] && budget.disruptionsAllowed > 0);
}

/** Spreads retries without randomness, so that a replay and a test see the same. */
function fraction(uid: string, now: EpochMs): number {
  let hash = now % 997;
  for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return hash / 997;
}
