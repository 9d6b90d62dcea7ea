import { type Clock, type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
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

/**
 * Who has waited this long for an answer holds up nobody any more: what keeps it, a webhook that hangs or a full budget,
 * is not what the others wait for.
 */
const STRAGGLER_MS = 2 * SECOND_MS;

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
  readonly #inFlight = new Map<string, Due & { sentAt: EpochMs }>();
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
    const { clock, progress } = this.#options;
    const { promise: isOver, resolve: over } = Promise.withResolvers<void>();
    // Whoever the server failed once goes after those that it was not asked about.
    const rank = ({ pod }: Due) => Number(progress.hasFailed(pod));
    const turn = { due: due.toSorted((left, right) => rank(left) - rank(right)), until, over };
    this.#turn = turn;
    this.#fill(turn);
    await Promise.race([isOver, clock.sleep(until - clock.now())]);
    this.#turn = undefined;
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #fill(turn: Turn): void {
    if (this.#turn !== turn) return;
    const now = this.#options.clock.now();
    while (this.#fault === undefined && now < turn.until && this.#hasRoom(now)) {
      const index = turn.due.findIndex((due) => this.#opensAt(due) <= now);
      const [next] = index === -1 ? [] : turn.due.splice(index, 1);
      if (next === undefined) break;
      void this.#one(next);
    }
    const isDone = turn.due.length === 0 && this.#inFlight.size === 0;
    if (isDone || this.#fault !== undefined) turn.over();
    else if (this.#inFlight.size < this.#options.parallel) this.#wake(turn, now);
  }

  #hasRoom(now: EpochMs): boolean {
    return this.#inFlight.size < this.#options.parallel && this.#waiting(now).length < this.#node.size;
  }

  /** When those were sent that still count. */
  #waiting(now: EpochMs): EpochMs[] {
    const all = [...this.#inFlight.values()].map(({ sentAt }) => sentAt);
    return all.filter((sentAt) => sentAt <= now && now < sentAt + STRAGGLER_MS);
  }

  /** Looks again when the first budget opens, or the first counts no more; else the next answer makes room. */
  #wake(turn: Turn, now: EpochMs): void {
    const { clock } = this.#options;
    const at = this.#hasRoom(now)
      ? Math.min(...turn.due.map((due) => this.#opensAt(due)))
      : Math.min(...this.#waiting(now)) + STRAGGLER_MS;
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
    this.#inFlight.set(due.pod.uid, { ...due, sentAt: now });
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
    // What hung while others did not says nothing of the server.
    const isOfServer = budget === undefined && latencyMs < STRAGGLER_MS;
    progress.note(due.pod, attempt, clock.now());
    if (attempt.result === 'leaving') {
      this.#budgets.succeeded(budget, latencyMs);
      // How long it waited for its budget says nothing of the server.
      this.#node.succeeded(budget === undefined ? latencyMs : 0);
    } else if (budget !== undefined && (attempt.because === 'budget' || attempt.because === 'computing')) {
      this.#budgets.exhausted(budget, clock.now());
      if (attempt.because === 'budget') this.#turn?.due.push(due);
    } else if (attempt.because === 'rate' || (attempt.because === 'other' && isOfServer)) {
      this.#node.refused();
    } else if (attempt.because === 'other') this.#budgets.refused(budget);
  }
}
