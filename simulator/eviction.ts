import { SECOND_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { PodRef } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { Kubelets } from './kubelet.ts';
import { isDeleting, isReady, isTerminal, podKey, type SimBudget, type SimPod } from './model.ts';

const OPERATION = 'create pods/eviction';
const NOT_OBSERVED_RETRY_MS = 10 * SECOND_MS;
const CLIENT_PATIENCE_MS = 10 * SECOND_MS;

/** POST pods/eviction as the API server's registry decides it. */
export function evict(cluster: SimCluster, kubelets: Kubelets, ref: PodRef, graceSeconds: number): void {
  const pod = podNamed(cluster, ref, OPERATION);
  // The budget comes first: an eviction that was meant for another pod of the name spends from it, too.
  if (!isBeyondBudgets(pod)) takeFromBudget(cluster, pod);
  checkUid(pod, ref, OPERATION);
  kubelets.terminate(pod, graceSeconds, 'EvictionByEvictionAPI');
}

/** The same as our client hears of it. */
export async function requestEviction(
  cluster: SimCluster,
  kubelets: Kubelets,
  ref: PodRef,
  graceSeconds: number,
): Promise<void> {
  const pod = podNamed(cluster, ref, OPERATION);
  if (isBeyondBudgets(pod) && pod.metadata.uid !== ref.uid) await loseToRetries(cluster);
  evict(cluster, kubelets, ref, graceSeconds);
}

/**
 * Where no budget has a say, the API server takes the wrong UID for a conflict that may pass: it tries again for ten
 * seconds, which is as long as our client waits.
 */
async function loseToRetries(cluster: SimCluster): Promise<never> {
  await cluster.clock.sleep(CLIENT_PATIENCE_MS);
  const details = { operation: OPERATION, code: 'ETIMEDOUT' };
  throw new PortError('unreachable', 'no answer from the API server (ETIMEDOUT)', details);
}

/** The pod that is meant. Throws `not-found`, or `conflict` when the name belongs to another pod by now. */
export function findPod(cluster: SimCluster, ref: PodRef, operation: string): SimPod {
  const pod = podNamed(cluster, ref, operation);
  checkUid(pod, ref, operation);
  return pod;
}

function podNamed(cluster: SimCluster, ref: PodRef, operation: string): SimPod {
  const pod = cluster.pods.get(podKey(ref));
  if (pod !== undefined) return pod;
  throw new PortError('not-found', `pods "${ref.name}" not found`, { operation, code: '404' });
}

function checkUid({ metadata }: SimPod, { uid }: PodRef, operation: string): void {
  if (metadata.uid === uid) return;
  const message = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid})`;
  throw new PortError('conflict', message, { operation, code: '409' });
}

function isBeyondBudgets(pod: SimPod): boolean {
  return isTerminal(pod) || pod.status.phase === 'Pending' || isDeleting(pod);
}

function takeFromBudget(cluster: SimCluster, pod: SimPod): void {
  const budgets = cluster.budgetsOf(pod);
  const [budget, second] = budgets;
  if (budget === undefined) return;
  if (second !== undefined) throw severalBudgets(pod, budgets);
  if (!isReady(pod) && mayGoUnready(budget)) return;
  if (budget.status.observedGeneration < budget.metadata.generation) throw notObserved(budget);
  if (budget.status.disruptionsAllowed === 0) throw exhausted(budget);
  const { status } = budget;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: cluster.stamp() };
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  cluster.putBudget({ ...budget, status: { ...status, disruptionsAllowed, disruptedPods } });
}

function mayGoUnready(budget: SimBudget): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy, desiredHealthy } = budget.status;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function severalBudgets(pod: SimPod, budgets: SimBudget[]): PortError {
  const names = budgets.map((budget) => budget.metadata.name).join(', ');
  const message = `pod ${podKey(pod.metadata)} has more than one PodDisruptionBudget: ${names}`;
  return new PortError('several-budgets', message, { operation: OPERATION, code: '500' });
}

function notObserved(budget: SimBudget): PortError {
  const message = `the disruption budget ${budget.metadata.name} is still being processed by the server`;
  const details = { operation: OPERATION, code: '429', retryAfterMs: NOT_OBSERVED_RETRY_MS };
  return new PortError('budget-not-observed', message, details);
}

function exhausted(budget: SimBudget): PortError {
  const { desiredHealthy, currentHealthy } = budget.status;
  const needs = `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  const message = `the disruption budget ${budget.metadata.name} ${needs}`;
  return new PortError('blocked-by-budget', message, { operation: OPERATION, code: '429' });
}
