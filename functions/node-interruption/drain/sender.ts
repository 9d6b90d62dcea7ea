import type { Clock, EpochMs } from '../../../shared/clock.ts';
import type { Kubernetes } from '../../../shared/ports/kubernetes.ts';
import type { PodSummary } from '../pods.ts';
import { type Attempt, attemptPod } from './attempt.ts';
import { type Due, laneOf } from './due.ts';
import type { Progress } from './progress.ts';
import { BudgetWindow, nodeWindow, type Window } from './window.ts';

export interface SenderOptions {
  kubernetes: Kubernetes;
  clock: Clock;
  progress: Progress;
  deadline: EpochMs;
  marginMs: number;
  /** Requests in flight at the most. */
  parallel: number;
}

/** Between two looks at the node. */
interface Turn {
  /** In the order in which they should leave. */
  due: Due[];
  until: EpochMs;
  over: () => void;
}

/** Keeps as many requests in flight as server and budgets take; each answer makes room for the next pod. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #node: Window;
  readonly #budgets = new BudgetWindow();
  readonly #inFlight = new Map<string, Due>();
  readonly #wakesAt = new Set<EpochMs>();
  #turn: Turn | undefined;
  #fault: { error: unknown } | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#node = nodeWindow(options.parallel);
  }

  /** Its answer is still to come. */
  isInFlight({ uid }: PodSummary): boolean {
    return this.#inFlight.has(uid);
  }

  /**
   * Sends what there is room for, and starts nothing after `until`. A hanging request holds up nobody: it stays in
   * flight when the turn is over. Throws what is no answer of the server.
   */
  async send(due: readonly Due[], until: EpochMs): Promise<void> {
    const { clock } = this.#options;
    const { promise: isOver, resolve: over } = Promise.withResolvers<void>();
    const turn = { due: [...due], until, over };
    this.#turn = turn;
    this.#fill(turn);
    await Promise.race([isOver, clock.sleep(until - clock.now())]);
    this.#turn = undefined;
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #fill(turn: Turn): void {
    if (this.#turn !== turn) return;
    const now = this.#options.clock.now();
    while (now < turn.until && this.#inFlight.size < this.#node.size) {
      const index = turn.due.findIndex((due) => this.#opensAt(due) <= now);
      const [next] = index === -1 ? [] : turn.due.splice(index, 1);
      if (next === undefined) break;
      void this.#one(next);
    }
    const isDone = turn.due.length === 0 && this.#inFlight.size === 0;
    if (isDone || this.#fault !== undefined) turn.over();
    else if (this.#inFlight.size < this.#node.size) this.#wake(turn, now);
  }

  /** Looks again when the first budget opens; whose window is full waits for an answer. */
  #wake(turn: Turn, now: EpochMs): void {
    const { clock } = this.#options;
    const at = Math.min(...turn.due.map((due) => this.#opensAt(due)));
    if (at >= turn.until || this.#wakesAt.has(at)) return;
    this.#wakesAt.add(at);
    void clock.sleep(at - now).then(() => {
      this.#wakesAt.delete(at);
      this.#fill(turn);
    });
  }

  #opensAt(due: Due): EpochMs {
    const budget = laneOf(due);
    if (budget === undefined) return Number.NEGATIVE_INFINITY;
    const together = [...this.#inFlight.values()].filter((other) => laneOf(other) === budget);
    return together.length < this.#budgets.size(budget)
      ? this.#budgets.opensAt(budget, this.#options.clock.now())
      : Number.POSITIVE_INFINITY;
  }

  async #one(due: Due): Promise<void> {
    const { kubernetes, clock, deadline, marginMs } = this.#options;
    const now = clock.now();
    const budget = laneOf(due);
    this.#inFlight.set(due.pod.uid, due);
    if (budget !== undefined) this.#budgets.sent(budget, now);
    try {
      const attempt = await attemptPod(kubernetes, { ...due, deadline, marginMs, now });
      if (budget !== undefined) this.#budgets.answered(budget, now);
      this.#note(due, attempt, clock.now() - now);
    } catch (error) {
      this.#fault ??= { error };
    } finally {
      this.#inFlight.delete(due.pod.uid);
      if (this.#turn !== undefined) this.#fill(this.#turn);
    }
  }

  #note(due: Due, attempt: Attempt, latencyMs: number): void {
    const { clock, progress } = this.#options;
    const budget = laneOf(due);
    progress.note(due.pod, attempt, clock.now());
    if (attempt.result === 'leaving') {
      this.#budgets.succeeded(budget, latencyMs);
      // How long it waited for its budget says nothing of the server.
      this.#node.succeeded(budget === undefined ? latencyMs : 0);
    } else if (budget !== undefined && (attempt.because === 'budget' || attempt.because === 'computing')) {
      this.#budgets.exhausted(budget, clock.now());
      if (attempt.because === 'budget') this.#turn?.due.push(due);
    } else if (attempt.because === 'rate' || (attempt.because === 'other' && budget === undefined)) {
      this.#node.refused();
    } else if (attempt.because === 'other') this.#budgets.refused(budget);
  }
}
