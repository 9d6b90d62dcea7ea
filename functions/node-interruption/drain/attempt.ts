import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import { describeFailure, PortError } from '../../../shared/errors.ts';
import type { Kubernetes } from '../../../shared/ports/kubernetes.ts';
import { clampGrace } from '../notice.ts';
import type { PodSummary } from '../pods.ts';

/** How one pod is taken off the node: within its budget, or past it. */
export type Way = 'evict' | 'delete';

export type Attempt =
  /** Accepted, or the pod (this UID) is gone already. */
  | { result: 'leaving' }
  | { result: 'retry'; why: string; afterMs: number; because: 'budget' | 'computing' | 'rate' | 'other' }
  /** Trying again cannot help; another rung might. */
  | { result: 'blocked'; why: string; because: 'budgets' | 'refused' };

const BUDGET_RETRY_MS = 5 * SECOND_MS;
const RATE_RETRY_MS = SECOND_MS;
const OTHER_RETRY_MS = 2 * SECOND_MS;
/** The server says 10 s while a budget's status is being computed; never wait longer than that. */
const MAX_BUDGET_WAIT_MS = 10 * SECOND_MS;

export interface AttemptInput {
  pod: PodSummary;
  way: Way;
  deadline: EpochMs;
  marginMs: number;
  now: EpochMs;
}

/** Sends one eviction or deletion and says what its answer means. Never throws for an answer of the server. */
export async function attemptPod(kubernetes: Kubernetes, input: AttemptInput): Promise<Attempt> {
  const { pod, way, deadline, marginMs, now } = input;
  const options = { graceSeconds: clampGrace(pod.graceSeconds, deadline, marginMs, now) };
  try {
    if (way === 'evict') await kubernetes.evictPod(pod, options);
    else await kubernetes.deletePod(pod, options);
    return { result: 'leaving' };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return meaning(error, pod);
  }
}

/** 404: gone. 409: another pod has the name now, this one is gone. The rest by kind. */
function meaning(error: PortError, pod: PodSummary): Attempt {
  const budgets = pod.budgets.length === 0 ? 'a disruption budget' : `budget ${pod.budgets.join(' and ')}`;
  switch (error.kind) {
    case 'not-found':
    case 'conflict':
      return { result: 'leaving' };
    case 'blocked-by-budget':
      return { result: 'retry', why: `held by ${budgets}`, afterMs: BUDGET_RETRY_MS, because: 'budget' };
    case 'budget-not-observed':
      return {
        result: 'retry',
        why: `${budgets} is still being computed`,
        afterMs: budgetWait(error),
        because: 'computing',
      };
    case 'several-budgets':
      return { result: 'blocked', why: severalBudgets(pod), because: 'budgets' };
    case 'throttled':
      return {
        result: 'retry',
        why: 'API server throttles',
        afterMs: error.retryAfterMs ?? RATE_RETRY_MS,
        because: 'rate',
      };
    case 'transient':
    case 'unreachable':
      return { result: 'retry', why: describeFailure(error), afterMs: OTHER_RETRY_MS, because: 'other' };
    default:
      return { result: 'blocked', why: describeFailure(error), because: 'refused' };
  }
}

function budgetWait(error: PortError): number {
  return Math.min(error.retryAfterMs ?? MAX_BUDGET_WAIT_MS, MAX_BUDGET_WAIT_MS);
}

function severalBudgets(pod: PodSummary): string {
  return `under several budgets (${pod.budgets.join(', ')}): cannot be evicted`;
}
