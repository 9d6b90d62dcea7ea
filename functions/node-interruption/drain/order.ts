import { type BudgetSummary, type PodSummary, podName } from '../pods.ts';

/**
 * The order in which pods should leave: system-critical ones last, then the longest grace first (they need the
 * most of the notice), then the most constrained budget first; pods of different budgets take turns, so that no
 * budget's queue stands in front of another's.
 */
export function evictionOrder(pods: readonly PodSummary[], budgets: readonly BudgetSummary[]): PodSummary[] {
  const allowed = new Map(budgets.map((budget) => [budget.name, budget.disruptionsAllowed]));
  const ranked = pods.toSorted(
    (left, right) =>
      Number(left.systemCritical) - Number(right.systemCritical) ||
      right.graceSeconds - left.graceSeconds ||
      disruptionsAllowed(left, allowed) - disruptionsAllowed(right, allowed) ||
      podName(left).localeCompare(podName(right)),
  );
  const ordinary = ranked.filter((pod) => !pod.systemCritical);
  const critical = ranked.filter((pod) => pod.systemCritical);
  return [...takeTurns(ordinary), ...takeTurns(critical)];
}

function disruptionsAllowed(pod: PodSummary, allowed: ReadonlyMap<string, number>): number {
  return Math.min(Number.POSITIVE_INFINITY, ...pod.budgets.map((name) => allowed.get(name) ?? 0));
}

/** Round-robin over budgets, keeping the order inside each; a pod without a budget is a queue of its own. */
function takeTurns(pods: readonly PodSummary[]): PodSummary[] {
  const queues = new Map<string, PodSummary[]>();
  for (const pod of pods) {
    const queue = pod.budgets.length === 0 ? pod.uid : pod.budgets.join(' ');
    queues.set(queue, [...(queues.get(queue) ?? []), pod]);
  }
  const turns: PodSummary[] = [];
  const longest = Math.max(0, ...[...queues.values()].map((queue) => queue.length));
  for (let turn = 0; turn < longest; turn++) {
    for (const queue of queues.values()) {
      const pod = queue[turn];
      if (pod !== undefined) turns.push(pod);
    }
  }
  return turns;
}
