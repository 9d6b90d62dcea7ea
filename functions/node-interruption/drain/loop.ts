import { type ActionContext, type ActionResult, Stopped } from '../../../shared/actions/action.ts';
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
import { Progress } from './progress.ts';
import { BudgetWindow } from './window.ts';

/** The stop switch is read once a tick, so no mutation starts later than this after a stop. */
const TICK_MS = SECOND_MS;
/** A hanging request does not hold up the others: the loop goes on and leaves it in flight. */
const STRAGGLER_MS = 2 * SECOND_MS;
/** A new signal may shorten the time there is: the ledger is asked this often. */
const NEWS_MS = 5 * SECOND_MS;
/** Of the pods held back, this many are named in the ledger. */
const MAX_REMEMBERED = 120;

/** Which way a pod may go on this rung of the ladder, or null to leave it. */
export type Chooser = (pod: PodSummary, budgets: readonly BudgetSummary[]) => Way | null;

export interface Goal {
  nodeName: string;
  /** The rung does nothing before this. */
  from: EpochMs;
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
    from: Number(goal['from']),
    until,
    deadline,
    marginMs: Number(goal['margin']),
    parallel: Number(goal['parallel']),
    emptyDir: goal['emptyDir'] === 'skip' ? 'skip' : 'evict',
  };
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
  readonly #progress = new Progress();
  #parallel: number;
  #newsAt: EpochMs;
  #fault: unknown;

  constructor(context: ActionContext, kubernetes: Kubernetes, step: Step, choose: Chooser) {
    const goal = goalOf(step);
    this.#context = context;
    this.#kubernetes = kubernetes;
    this.#newsAt = context.ports.clock.now() + NEWS_MS;
    this.#goal = goal;
    this.#choose = choose;
    this.#parallel = goal.parallel;
  }

  async run(): Promise<ActionResult> {
    const { clock } = this.#context.ports;
    const roundEnds = clock.now() + this.#context.roundMs;
    let left: PodSummary[] | undefined;
    try {
      for (;;) {
        left = await this.#tick();
        if (this.#fault !== undefined) throw this.#fault;
        if (left?.length === 0) return this.#result('done', left);
        if (this.#isRefused(left)) return this.#result('failed', left);
        if (clock.now() >= this.#goal.until) return this.#result('done', left);
        if (clock.now() >= roundEnds || (await this.#hasNews())) return this.#result('again', left);
        await clock.sleep(Math.min(TICK_MS, this.#goal.until - clock.now()));
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const result = this.#result('failed', left);
      return { ...result, stopped: true, summary: `${error.message}; ${result.summary}` };
    }
  }

  async #hasNews(): Promise<boolean> {
    const now = this.#context.ports.clock.now();
    if (now < this.#newsAt) return false;
    this.#newsAt = now + NEWS_MS;
    return await this.#context.hasNews();
  }

  /** Nobody lets us move anything: waiting changes nothing, people must know now. */
  #isRefused(left: readonly PodSummary[] | undefined): boolean {
    const held = left?.filter((pod) => !pod.terminating) ?? [];
    return held.length > 0 && this.#sentInAll() === 0 && held.every((pod) => this.#progress.isRefused(pod));
  }

  #sentInAll(): number {
    return Number(this.#context.memory['sent'] ?? 0) + this.#progress.sent;
  }

  /** One look at the node and everything that may be sent now. Undefined when the node could not be read. */
  async #tick(): Promise<PodSummary[] | undefined> {
    const seen = await this.#look();
    if (seen === undefined) return undefined;
    const { pods, budgets } = seen;
    const due = pods.filter((pod) => this.#isDue(pod, budgets));
    if (due.length === 0 || this.#context.ports.clock.now() >= this.#goal.until) return pods;
    await this.#context.checkStop();
    await this.#send(evictionOrder(due, budgets), budgets);
    return pods;
  }

  async #look(): Promise<{ pods: PodSummary[]; budgets: BudgetSummary[] } | undefined> {
    try {
      const listed = await this.#kubernetes.listPods({ nodeName: this.#goal.nodeName });
      const pods = listed.filter((pod) => leftAlone(pod, this.#goal.emptyDir) === null);
      const isMoving = pods.every((pod) => pod.metadata?.deletionTimestamp !== undefined);
      const budgets = isMoving ? [] : await this.#kubernetes.listPodDisruptionBudgets();
      return {
        pods: pods.map((pod) => summarisePod(pod, budgets)),
        budgets: budgets.map(summariseBudget),
      };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return undefined;
    }
  }

  #isDue(pod: PodSummary, budgets: readonly BudgetSummary[]): boolean {
    if (pod.terminating || this.#inFlight.has(pod.uid)) return false;
    const way = this.#choose(pod, budgets);
    return this.#progress.isDue(pod, budgets, way, this.#context.ports.clock.now());
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
    this.#progress.note(pod, attempt, now);
    if (attempt.result === 'leaving') {
      this.#window.succeeded(budget, now - startedAt);
      this.#parallel = Math.min(this.#goal.parallel, this.#parallel + 1);
    } else if (attempt.because === 'budget') this.#window.refused(budget);
    else if (attempt.because === 'rate') this.#parallel = Math.max(1, Math.floor(this.#parallel / 2));
  }

  #result(status: 'done' | 'again' | 'failed', left: readonly PodSummary[] | undefined): ActionResult {
    const sent = this.#sentInAll();
    if (left === undefined) {
      const summary = `${sent} pods asked to leave; the node could not be read at the end`;
      return { status, summary, memory: { sent }, lookAgain: true };
    }
    const held = left.filter((pod) => !pod.terminating);
    const blocked = held.map((pod) => `${podName(pod)}: ${this.#progress.why(pod)}`);
    const summary = `${sent} pods asked to leave, ${left.length - held.length} still ending, ${held.length} held back`;
    const memory = { sent, blocked: firstFew(blocked, MAX_REMEMBERED) };
    return { status, summary, details: firstFew(blocked), memory, lookAgain: true };
  }
}
