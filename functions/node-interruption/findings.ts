import { isoTime } from '../../shared/clock.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import type { Input } from './input.ts';
import type { Notice } from './notice.ts';
import { type BudgetSummary, firstFew, type PodSummary, podName } from './pods.ts';

/** What is known about the interruption and about what will stand in the way, sources that disagree included. */
export function findingsOf(input: Input, notice: Notice): Finding[] {
  return [interruption(input, notice), ...blockers(input)];
}

function interruption({ facts }: Input, notice: Notice): Finding {
  const evidence = [
    `EventBridge (best effort): Spot warning at ${isoTime(notice.occurredAt)}, action ${notice.action}, deadline ${isoTime(notice.deadline)}`,
    instanceLine(facts.instance),
    podLine(facts.pods),
  ];
  return { cause: `AWS takes the Spot capacity back (${notice.action})`, confidence: 'certain', evidence };
}

function instanceLine(instance: Input['facts']['instance']): string {
  if (!instance.known) return `EC2: unknown (${instance.why})`;
  if (instance.value === null) return 'EC2: the instance is not returned';
  const { state, type, zone, lifecycle } = instance.value;
  return `EC2: ${type} in ${zone}, ${lifecycle}, ${state}`;
}

function podLine(pods: Input['facts']['pods']): string {
  if (!pods.known) return `Kubernetes: pods unknown (${pods.why})`;
  const { evictable, leftAlone } = pods.value;
  const bare = evictable.filter((pod) => pod.owner === null).length;
  const lost = bare === 0 ? '' : `, ${bare} without a controller will not come back`;
  return `Kubernetes: ${evictable.length} pods to move${lost}, ${leftAlone.length} left alone`;
}

/** Budgets that allow nothing now, with the pods they hold; pods under two budgets cannot be evicted at all. */
function blockers({ facts }: Input): Finding[] {
  if (!facts.pods.known) return [];
  if (!facts.budgets.known) {
    return [{ cause: 'disruption budgets unknown', confidence: 'possible', evidence: [facts.budgets.why] }];
  }
  const pods = facts.pods.value.evictable;
  const exhausted = facts.budgets.value.filter((budget) => budget.disruptionsAllowed < 1);
  return [...exhausted.flatMap((budget) => exhaustedBudget(budget, pods)), ...severalBudgets(pods)];
}

function exhaustedBudget(budget: BudgetSummary, pods: readonly PodSummary[]): Finding[] {
  const held = pods.filter((pod) => pod.budgets.includes(budget.name));
  if (held.length === 0) return [];
  const { currentHealthy, desiredHealthy } = budget;
  return [
    {
      cause: `budget ${budget.name} allows no disruption now`,
      confidence: 'certain',
      evidence: [
        `${currentHealthy} healthy of ${desiredHealthy} desired`,
        `holds ${firstFew(held.map(podName)).join(', ')}`,
      ],
    },
  ];
}

function severalBudgets(pods: readonly PodSummary[]): Finding[] {
  return pods
    .filter((pod) => pod.budgets.length > 1)
    .map((pod) => ({
      cause: `pod ${podName(pod)} is under several budgets and cannot be evicted`,
      confidence: 'certain',
      evidence: [`budgets ${pod.budgets.join(', ')}`],
    }));
}
