import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Outcome, PlanEnd, Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { ladder } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';
import { voluntaryTimes } from '../notice.ts';
import { afterSteps, withoutMoves } from '../outcome.ts';
import { replacementBy, voluntaryUntil } from '../reaction.ts';
import { MAX_WAIT_MS, uncordon } from './cordoned.ts';
import { type About, type Draft, nothing } from './draft.ts';

const RETRY_MS = 15 * SECOND_MS;

/** A node more first, then the pods move within their budgets, then the old one goes through its group. */
export function replaced(input: Input, about: About, since: EpochMs, node: NodeSummary): Draft {
  const { incident } = input;
  const until = voluntaryUntil(input.policy, since);
  const added = addCapacity(input, since);
  if ('why' in added) return { ...nothing(input, about, added.why), severity: 'info' };
  const failed = incident.records.find(
    ({ step, state }) => step.action === 'add-capacity' && state === 'failed',
  );
  const common = {
    ...about,
    severity: 'warning' as const,
    expiresAt: Math.max(until, input.now + MINUTE_MS),
  };
  if (failed !== undefined) {
    const why = `no replacement came up, so the node was left as it is: ${failed.summary ?? ''}`;
    const outcome: Outcome = { kind: 'refused', summary: `${why}.`, details: [] };
    return { ...common, steps: [], reasons: [why], next: { do: 'close', outcome } };
  }
  const { steps, reasons } = ladder(input, voluntaryTimes(since, until));
  const ending = afterDrain(input, node, until);
  return {
    ...common,
    steps: [added.step, ...steps, ...ending.steps],
    reasons: [...reasons, ...ending.reasons],
    next:
      ending.next ??
      afterSteps(input, () => withoutMoves(input, () => 'A node was added; no pod had to move.')),
  };
}

function addCapacity(input: Input, since: EpochMs): { step: Step } | { why: string } {
  const known = input.incident.records.find(({ step }) => step.action === 'add-capacity');
  if (known !== undefined) return { step: known.step };
  const group = input.facts.group.known ? input.facts.group.value : null;
  if (group === null)
    return { why: 'no Auto Scaling group stands behind the node: nobody would launch a replacement' };
  if (group.lifecycleState !== 'InService') return { why: `its lifecycle state is ${group.lifecycleState}` };
  // With capacity rebalancing the group launches by itself: only wait for it.
  const desired = group.desired + (group.capacityRebalance ? 0 : 1);
  if (desired > group.max) return { why: `group ${group.name} is at its maximum of ${group.max}` };
  return {
    step: {
      action: 'add-capacity',
      targets: [{ kind: 'group', id: group.name, name: group.name }],
      goal: {
        desired,
        ready: group.desired + 1,
        readyBy: replacementBy(input.policy, since),
        before: group.desired,
      },
      reason: 'a node more must be Ready before pods leave this one',
      answerBy: replacementBy(input.policy, since),
    },
  };
}

interface AfterDrain {
  steps: Step[];
  reasons: string[];
  next?: PlanEnd;
}

/** An emptied node goes; one that could not be emptied stays, and may be used again. */
function afterDrain(input: Input, node: NodeSummary, until: EpochMs): AfterDrain {
  const { incident, facts, now } = input;
  const drain = incident.records.findLast(({ step }) => step.action === 'drain');
  if (drain === undefined || drain.state === 'running' || drain.state === 'observed')
    return release(input, until);
  const look = (why: string): AfterDrain => ({
    steps: [],
    reasons: [why],
    next: { do: 'wait', at: now + RETRY_MS, why },
  });
  if (!facts.pods.known) return look(`pods unknown: ${facts.pods.why}`);
  const { evictable } = facts.pods.value;
  const staying = evictable.filter((pod) => !pod.terminating).length;
  if (drain.state !== 'done' || staying > 0) {
    const reasons = [
      `${staying} pods could not leave: the node is kept and used again, beside the added one`,
    ];
    return { steps: [uncordon(node, until)], reasons };
  }
  return evictable.length > 0 ? look(`${evictable.length} pods are still ending`) : release(input, until);
}

function release({ facts, incident }: Input, until: EpochMs): AfterDrain {
  const group = facts.group.known ? facts.group.value : null;
  // A group with capacity rebalancing ends the old instance itself.
  if (group === null || group.capacityRebalance) return { steps: [], reasons: [] };
  const { id } = incident.subject;
  const step: Step = {
    action: 'release',
    targets: [{ kind: 'instance', id, name: id }],
    goal: { group: group.name, lowerDesired: true },
    reason: 'its replacement runs and it is empty: the group gives it back',
    answerBy: until + MAX_WAIT_MS,
  };
  return { steps: [step], reasons: [] };
}
