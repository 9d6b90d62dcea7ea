import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import { isRetryable } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Kubernetes } from '../../../shared/ports/kubernetes.ts';
import {
  type BudgetSummary,
  firstFew,
  leftAlone,
  type PodSummary,
  podName,
  summariseBudget,
  summarisePod,
} from '../pods.ts';
import { type Attempt, attemptPod, type Way } from './attempt.ts';
import { evictionOrder } from './order.ts';
import { BudgetWindow } from './window.ts';

/** The stop switch is read once a tick, so no mutation starts later than this after a stop. */
const TICK_MS = SECOND_MS;
/** A hanging request does not hold up the others: the loop goes on and leaves it in flight. */
const STRAGGLER_MS = 2 * SECOND_MS;
const JITTER = 0.2;
/** Of the pods held back, this many are named in the ledger. */
const MAX_REMEMBERED = 50;

/** Which way a pod may go on this rung of the ladder, or null to leave it. */
export type Chooser = (pod: PodSummary, budgets: readonly BudgetSummary[]) => Way | null;

export interface Goal {
  nodeName: string;
  until: EpochMs;
  deadline: EpochMs;
  marginMs: number;
  parallel: number;
  emptyDir: 'evict' | 'skip';
}

export function goalOf(step: Step): Goal {
  const { goal, targets } = step;
  const until = Number(goal['until']);
  const deadline = Number(goal['deadline']);
  return {
    nodeName: targets[0].name,
    until,
    deadline,
    marginMs: Number(goal['margin']),
    parallel: Number(goal['parallel']),
    emptyDir: goal['emptyDir'] === 'skip' ? 'skip' : 'evict',
  };
}

interface PodState {
  notBefore: EpochMs;
  why: string;
  isBlocked: boolean;
}

/**
 * Moves pods off one node until none is left, the rung's time is over or the round ends. Every tick lists the
 * node afresh, so it resumes after a crash by looking, not by remembering.
 */
export class DrainLoop {
  readonly #context: ActionContext;
  readonly #kubernetes: Kubernetes;
  readonly #goal: Goal;
  readonly #choose: Chooser;
  readonly #window = new BudgetWindow();
  readonly #inFlight = new Map<string, PodSummary>();
  readonly #states = new Map<string, PodState>();
  #parallel: number;
  #sent = 0;
  #isRefused = false;
  #fault: unknown;

  constructor(context: ActionContext, kubernetes: Kubernetes, goal: Goal, choose: Chooser) {
    this.#context = context;
    this.#kubernetes = kubernetes;
    this.#goal = goal;
    this.#choose = choose;
    this.#parallel = goal.parallel;
  }

  async run(): Promise<ActionResult> {
    const { clock } = this.#context.ports;
    const roundEnds = clock.now() + this.#context.roundMs;
    for (;;) {
      const left = await this.#tick();
      if (this.#fault !== undefined) throw this.#fault;
      if (left?.length === 0) return this.#result('done', []);
      // Nobody lets us: waiting changes nothing, people must know now.
      if (this.#isRefused && this.#sent === 0) return this.#result('failed', left ?? []);
      if (clock.now() >= this.#goal.until) return this.#result('done', left ?? []);
      if (clock.now() >= roundEnds) return this.#result('again', left ?? []);
      await clock.sleep(Math.min(TICK_MS, this.#goal.until - clock.now()));
    }
  }

  /** One look at the node and everything that may be sent now. Undefined when the node could not be read. */
  async #tick(): Promise<PodSummary[] | undefined> {
    const seen = await this.#look();
    if (seen === undefined) return undefined;
    const { pods, budgets } = seen;
    const due = evictionOrder(
      pods.filter((pod) => this.#isDue(pod, budgets)),
      budgets,
    );
    if (due.length === 0 || this.#context.ports.clock.now() >= this.#goal.until) return pods;
    await this.#context.checkStop();
    await this.#send(due, budgets);
    return pods;
  }

  async #look(): Promise<{ pods: PodSummary[]; budgets: BudgetSummary[] } | undefined> {
    try {
      const [pods, budgets] = await Promise.all([
        this.#kubernetes.listPods({ nodeName: this.#goal.nodeName }),
        this.#kubernetes.listPodDisruptionBudgets(),
      ]);
      const movable = pods.filter((pod) => leftAlone(pod, this.#goal.emptyDir) === null);
      return {
        pods: movable.map((pod) => summarisePod(pod, budgets)),
        budgets: budgets.map(summariseBudget),
      };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return undefined;
    }
  }

  #isDue(pod: PodSummary, budgets: readonly BudgetSummary[]): boolean {
    if (pod.terminating || this.#inFlight.has(pod.uid)) return false;
    const state = this.#states.get(pod.uid);
    if (state === undefined) return true;
    if (state.isBlocked) return this.#choose(pod, budgets) === 'delete';
    return this.#context.ports.clock.now() >= state.notBefore || hasRoom(pod, budgets);
  }

  async #send(due: readonly PodSummary[], budgets: readonly BudgetSummary[]): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const pod of due) {
      const way = this.#choose(pod, budgets);
      if (way === null || this.#inFlight.size >= this.#parallel) continue;
      if (way === 'evict' && this.#inFlightOf(pod.budgets[0]) >= this.#window.size(pod.budgets[0])) continue;
      this.#inFlight.set(pod.uid, pod);
      sent.push(this.#one(pod, way));
    }
    await Promise.race([Promise.all(sent), this.#context.ports.clock.sleep(STRAGGLER_MS)]);
  }

  #inFlightOf(budget: string | undefined): number {
    if (budget === undefined) return 0;
    return [...this.#inFlight.values()].filter((pod) => pod.budgets.includes(budget)).length;
  }

  async #one(pod: PodSummary, way: Way): Promise<void> {
    const { clock } = this.#context.ports;
    const startedAt = clock.now();
    try {
      const { deadline, marginMs } = this.#goal;
      const attempt = await attemptPod(this.#kubernetes, { pod, way, deadline, marginMs, now: startedAt });
      this.#note(pod, attempt, startedAt);
    } catch (error) {
      this.#fault = error;
    } finally {
      this.#inFlight.delete(pod.uid);
    }
  }

  #note(pod: PodSummary, attempt: Attempt, startedAt: EpochMs): void {
    const now = this.#context.ports.clock.now();
    const [budget] = pod.budgets;
    if (attempt.result === 'leaving') {
      this.#sent++;
      this.#states.delete(pod.uid);
      this.#window.succeeded(budget, now - startedAt);
      this.#parallel = Math.min(this.#goal.parallel, this.#parallel + 1);
      return;
    }
    if (attempt.result === 'blocked') {
      this.#isRefused ||= attempt.because === 'refused';
      this.#states.set(pod.uid, { notBefore: Number.POSITIVE_INFINITY, why: attempt.why, isBlocked: true });
      return;
    }
    if (attempt.because === 'budget') this.#window.refused(budget);
    if (attempt.because === 'rate') this.#parallel = Math.max(1, Math.floor(this.#parallel / 2));
    const notBefore = now + attempt.afterMs * (1 - JITTER + 2 * JITTER * fraction(pod.uid, now));
    this.#states.set(pod.uid, { notBefore, why: attempt.why, isBlocked: false });
  }

  #result(status: 'done' | 'again' | 'failed', left: readonly PodSummary[]): ActionResult {
    const held = left.filter((pod) => !pod.terminating);
    const blocked = held.map(
      (pod) => `${podName(pod)}: ${this.#states.get(pod.uid)?.why ?? 'not tried yet'}`,
    );
    const before = Number(this.#context.memory['sent'] ?? 0);
    const sent = before + this.#sent;
    const ending = left.length - held.length;
    const summary = `${sent} pods asked to leave, ${ending} still ending, ${held.length} held back`;
    return {
      status,
      summary,
      details: firstFew(blocked),
      memory: { sent, blocked: firstFew(blocked, MAX_REMEMBERED) },
      lookAgain: true,
    };
  }
}

/** The budget has room by its own newest status: no need to wait for the retry time. */
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
