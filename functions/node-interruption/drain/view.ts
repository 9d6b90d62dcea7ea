import { type Clock, type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import { isRetryable } from '../../../shared/errors.ts';
import type { Kubernetes, Pod } from '../../../shared/ports/kubernetes.ts';
import { type BudgetSummary, leftAlone, type PodSummary, summariseBudget, summarisePod } from '../pods.ts';
import type { Progress } from './progress.ts';

/** For a list of one node's pods a server may have to go through those of the whole cluster: it is not asked each second. */
const KEEP_MS = 5 * SECOND_MS;

export interface Seen {
  pods: PodSummary[];
  budgets: BudgetSummary[];
  /** The pods were listed just now. */
  isFresh: boolean;
}

export interface ViewOptions {
  kubernetes: Kubernetes;
  clock: Clock;
  progress: Progress;
  nodeName: string;
  emptyDir: 'evict' | 'skip';
}

/** What is on the node: its pods as they were listed, less those that were asked to leave since, and budgets as they are. */
export class NodeView {
  readonly #options: ViewOptions;
  #pods: Pod[] = [];
  #listedAt: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  /** Undefined when it could not be read. The pods are listed anew once no known one stays, or the list is old. */
  async look(how: 'fresh' | 'usual' = 'usual'): Promise<Seen | undefined> {
    const isFresh = how === 'fresh' || this.#isOld();
    try {
      if (isFresh) await this.#list();
      const budgets = this.#isAnyStaying() ? await this.#options.kubernetes.listPodDisruptionBudgets() : [];
      const pods = this.#pods.map((pod) => this.#marked(summarisePod(pod, budgets)));
      return { pods, budgets: budgets.map(summariseBudget), isFresh };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return undefined;
    }
  }

  #isOld(): boolean {
    const ageMs = this.#options.clock.now() - this.#listedAt;
    // Clocks are set back sometimes.
    return ageMs < 0 || ageMs >= KEEP_MS || !this.#isAnyStaying();
  }

  async #list(): Promise<void> {
    const { kubernetes, clock, progress, nodeName, emptyDir } = this.#options;
    const at = clock.now();
    progress.lookAgain();
    // Until the server has answered, nobody knows who is leaving.
    this.#listedAt = Number.NEGATIVE_INFINITY;
    const listed = await kubernetes.listPods({ nodeName });
    this.#pods = listed.filter((pod) => leftAlone(pod, emptyDir) === null);
    this.#listedAt = at;
  }

  #isAnyStaying(): boolean {
    const { progress } = this.#options;
    return this.#pods.some(
      ({ metadata }) => metadata?.deletionTimestamp === undefined && !progress.isLeaving(metadata?.uid ?? ''),
    );
  }

  #marked(pod: PodSummary): PodSummary {
    return { ...pod, terminating: pod.terminating || this.#options.progress.isLeaving(pod.uid) };
  }
}
