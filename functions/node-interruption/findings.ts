import { type EpochMs, humanDuration, isoTime } from '../../shared/clock.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import { happenedAt } from '../../shared/incident/signal.ts';
import type { Departure } from './departure.ts';
import { lostPods } from './elsewhere.ts';
import type { Input } from './input.ts';
import { type Notice, newestOf } from './notice.ts';
import { type BudgetSummary, firstFew, type PodSummary, podName } from './pods.ts';

/** What is known about the interruption and about what will stand in the way, sources that disagree included. */
export function findingsOf(input: Input, notice: Notice): Finding[] {
  return [interruption(input, notice), ...warnedEarlier(input, notice), ...blockers(input)];
}

const CAUSES: Readonly<Record<Notice['kind'], string>> = {
  spot: 'AWS takes the Spot capacity back',
  capacity: 'AWS takes the reserved capacity back',
  hook: 'the Auto Scaling group ends the instance and waits for its hooks',
  rebalance: 'the instance has a raised risk of interruption',
};

function interruption({ facts }: Input, notice: Notice): Finding {
  const evidence = [
    `EventBridge (best effort): ${notice.kind} notice at ${isoTime(notice.occurredAt)}, action ${notice.action}, deadline ${isoTime(notice.deadline)}`,
    instanceLine(facts.instance),
    podLine(facts.pods),
  ];
  return { cause: `${CAUSES[notice.kind]} (${notice.action})`, confidence: 'certain', evidence };
}

/** A recommendation that came before says how much warning there was. */
function warnedEarlier({ incident }: Input, notice: Notice): Finding[] {
  const rebalance = newestOf(incident, ({ kind }) => kind === 'rebalance');
  if (rebalance === undefined) return [];
  const evidence = [`EventBridge: rebalance recommendation at ${isoTime(happenedAt(rebalance))}`];
  const early = humanDuration(Math.max(0, notice.occurredAt - happenedAt(rebalance)));
  return [{ cause: `AWS recommended to rebalance ${early} before`, confidence: 'certain', evidence }];
}

/** Why the instance ended, and what was on its node when that was found. */
export function departureFindings(
  { facts, incident }: Input,
  { text, confidence, evidence }: Departure,
): Finding[] {
  const lost = lostPods(incident);
  const pods =
    lost === undefined
      ? podLine(facts.pods)
      : `Kubernetes: ${lost.pods.length} pods were on its node at ${isoTime(lost.since)}`;
  return [{ cause: text, confidence, evidence: [...evidence, instanceLine(facts.instance), pods] }];
}

export function rebalanceFindings({ facts }: Input, since: EpochMs): Finding[] {
  const group = facts.group.known ? facts.group.value : null;
  const hooks = group?.terminateHooks.map(({ name }) => name) ?? [];
  const evidence = [
    `EventBridge (best effort): rebalance recommendation at ${isoTime(since)}`,
    instanceLine(facts.instance),
    podLine(facts.pods),
    group === null
      ? 'Auto Scaling: no group, or not read'
      : `Auto Scaling: group ${group.name}, desired ${group.desired} of at most ${group.max}, capacity rebalancing ${group.capacityRebalance ? 'on' : 'off'}, terminate hooks ${hooks.join(', ') || 'none'}`,
  ];
  return [{ cause: CAUSES.rebalance, confidence: 'certain', evidence }];
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
export function blockers({ facts }: Pick<Input, 'facts'>): Finding[] {
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
