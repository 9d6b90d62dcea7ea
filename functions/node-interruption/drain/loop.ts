import { type ActionContext, type ActionResult, Stopped } from '../../../shared/actions/action.ts';
import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Kubernetes } from '../../../shared/ports/kubernetes.ts';
import { type BudgetSummary, firstFew, type PodSummary, podName } from '../pods.ts';
import type { Way } from './attempt.ts';
import type { Due } from './due.ts';
import { type Goal, goalOf } from './goal.ts';
import { evictionOrder } from './order.ts';
import { Progress } from './progress.ts';
import { Sender } from './sender.ts';
import { NodeView, type Seen } from './view.ts';

/** The stop switch is read once a tick: what it allowed may start for this long, and nothing later. */
const TICK_MS = SECOND_MS;
/** Pods take seconds to end, some take minutes: that they are gone is noticed this share of their time later … */
const LATE_SHARE = 1 / 10;
/** … and this much later at the most. */
const MAX_PAUSE_MS = 5 * SECOND_MS;
/** Of the pods held back, this many are named in the ledger. */
const MAX_REMEMBERED = 120;

/** Which way a pod may go on this rung of the ladder, or null to leave it. */
export type Chooser = (pod: PodSummary, budgets: readonly BudgetSummary[]) => Way | null;

/**
 * Moves pods off one node until none is left, the rung's time is over or the round ends. Every tick lists the
 * node afresh, so it resumes after a crash by looking, not by remembering.
 */
export class DrainLoop {
  readonly #context: ActionContext;
  readonly #goal: Goal;
  readonly #choose: Chooser;
  readonly #progress = new Progress();
  readonly #sender: Sender;
  readonly #view: NodeView;
  /** Since then no pod was asked to leave. */
  #quietSince: EpochMs;

  constructor(context: ActionContext, kubernetes: Kubernetes, step: Step, choose: Chooser) {
    const { clock } = context.ports;
    this.#context = context;
    this.#goal = goalOf(step);
    this.#choose = choose;
    const tools = { kubernetes, clock, progress: this.#progress };
    this.#sender = new Sender({ ...this.#goal, ...tools });
    this.#view = new NodeView({ ...this.#goal, ...tools });
    this.#quietSince = clock.now();
  }

  async run(): Promise<ActionResult> {
    const { clock } = this.#context.ports;
    const roundEnds = clock.now() + this.#context.roundMs;
    let left: PodSummary[] | undefined;
    try {
      for (;;) {
        const seen = await this.#look();
        left = seen?.pods;
        const end = this.#endOf(left);
        if (end !== undefined) return this.#result(end, left);
        if (clock.now() >= roundEnds || (await this.#context.hasNews())) return this.#result('again', left);
        const pauseMs = seen === undefined ? TICK_MS : await this.#send(seen);
        await clock.sleep(Math.max(0, Math.min(pauseMs, this.#goal.until - clock.now())));
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const result = this.#result('failed', left);
      return { ...result, stopped: true, summary: `${error.message}; ${result.summary}` };
    }
  }

  #endOf(left: readonly PodSummary[] | undefined): 'done' | 'failed' | undefined {
    if (left?.length === 0) return 'done';
    if (this.#isRefused(left)) return 'failed';
    return this.#context.ports.clock.now() >= this.#goal.until ? 'done' : undefined;
  }

  /** Nobody lets us move anything: waiting changes nothing, people must know now. */
  #isRefused(left: readonly PodSummary[] | undefined): boolean {
    const held = left?.filter((pod) => !pod.terminating) ?? [];
    return held.length > 0 && this.#sentInAll() === 0 && held.every((pod) => this.#progress.isRefused(pod));
  }

  #sentInAll(): number {
    return Number(this.#context.memory['sent'] ?? 0) + this.#progress.sent;
  }

  /** Asks the stop switch and sends for a second what may be sent. Gives how long to wait before the next look, in ms. */
  async #send(seen: Seen): Promise<number> {
    const { clock } = this.#context.ports;
    // One that became due since the look is deleted after the next, fresh one.
    const due = this.#dueOf(seen).filter(({ way }) => seen.isFresh || way !== 'delete');
    if (due.length === 0) return seen.pods.every((pod) => pod.terminating) ? this.#patience() : TICK_MS;
    await this.#context.checkStop();
    const startedAt = clock.now();
    await this.#sender.send(due, Math.min(startedAt + TICK_MS, this.#goal.until));
    this.#quietSince = clock.now();
    // Clocks are set back sometimes.
    return Math.min(TICK_MS, TICK_MS - (this.#quietSince - startedAt));
  }

  /** What goes past a budget goes by what the node is like now. */
  async #look(): Promise<Seen | undefined> {
    const seen = await this.#view.look();
    const isRemembered = seen !== undefined && !seen.isFresh;
    const deletes = isRemembered && this.#dueOf(seen).some(({ way }) => way === 'delete');
    return deletes ? await this.#view.look('fresh') : seen;
  }

  #patience(): number {
    const quietMs = this.#context.ports.clock.now() - this.#quietSince;
    return Math.min(MAX_PAUSE_MS, Math.max(TICK_MS, quietMs * LATE_SHARE));
  }

  #dueOf({ pods, budgets }: Seen): Due[] {
    const now = this.#context.ports.clock.now();
    const staying = pods.filter((pod) => !pod.terminating && !this.#sender.isInFlight(pod));
    return evictionOrder(staying, budgets).flatMap((pod) => {
      const way = this.#choose(pod, budgets);
      return way !== null && this.#progress.isDue({ pod, way }, now) ? [{ pod, way }] : [];
    });
  }

  #whyOf(pod: PodSummary): string {
    return this.#sender.isInFlight(pod) ? 'asked, no answer yet' : this.#progress.why(pod);
  }

  #result(status: 'done' | 'again' | 'failed', left: readonly PodSummary[] | undefined): ActionResult {
    const sent = this.#sentInAll();
    if (left === undefined) {
      const summary = `${sent} pods asked to leave; the node could not be read at the end`;
      return { status, summary, memory: { sent }, lookAgain: true };
    }
    const held = left.filter((pod) => !pod.terminating);
    const blocked = held.map((pod) => `${podName(pod)}: ${this.#whyOf(pod)}`);
    const summary = `${sent} pods asked to leave, ${left.length - held.length} still ending, ${held.length} held back`;
    const memory = { sent, blocked: firstFew(blocked, MAX_REMEMBERED) };
    return { status, summary, details: firstFew(blocked), memory, lookAgain: true };
  }
}
