import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord, StepState } from '../../../shared/incident/incident.ts';
import type { Outcome, OutcomeKind, Step } from '../../../shared/incident/plan.ts';
import { emptyingOf } from '../emptying.ts';
import type { Input } from '../input.ts';
import { ladder } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';
import { voluntaryTimes } from '../notice.ts';
import { afterSteps, recordLines, withoutMoves } from '../outcome.ts';
import { replacementBy, voluntaryUntil } from '../reaction.ts';
import { uncordon } from './cordoned.ts';
import { type About, type Draft, nothing } from './draft.ts';
import { releaseStep } from './release-step.ts';

/**
 * A node more first, then the pods move within their budgets, then the emptied node goes through its group. Each part
 * is asked for and run only when the one before it is done: without the replacement nothing is given up.
 */
export function replaced(input: Input, about: About, since: EpochMs, node: NodeSummary): Draft {
  const until = voluntaryUntil(input.policy, since);
  const added = addCapacity(input, since);
  if ('why' in added) return { ...nothing(input, about, added.why), severity: 'info' };
  const record = recordOf(input, 'add-capacity');
  const common = {
    ...about,
    severity: 'warning' as const,
    expiresAt: Math.max(until, input.now) + MINUTE_MS,
  };
  if (record !== undefined && record.state !== 'running' && record.state !== 'done') {
    return { ...common, ...withoutReplacement(input, record) };
  }
  if (record?.state === 'done') return { ...common, ...withReplacement(input, node, since, until) };
  const { steps, reasons } = ladder(input, voluntaryTimes(since, until));
  const later = [...steps, ...releaseStep(input, node, until)].map((step) => ({
    ...step,
    onlyAfter: true as const,
  }));
  const next = afterSteps(input, () => withoutMoves(input, () => 'No node was added.'));
  return { ...common, steps: [added.step, ...later], reasons, next };
}

type Rest = Pick<Draft, 'steps' | 'reasons' | 'next'>;

const KIND_OF: Partial<Record<StepState, OutcomeKind>> = {
  denied: 'denied',
  expired: 'expired',
  observed: 'observed',
};

/** Whatever kept the replacement away: the node was left as it is. */
function withoutReplacement({ incident }: Input, { state, summary, decision }: StepRecord): Rest {
  const why =
    state === 'failed'
      ? `no replacement came up, so the node was left as it is: ${summary ?? ''}`
      : `no node was added (${summary ?? decision}), so the node was left as it is`;
  const outcome: Outcome = {
    kind: KIND_OF[state] ?? 'refused',
    summary: `${why}.`,
    details: recordLines(incident),
  };
  return { steps: [], reasons: [why], next: { do: 'close', outcome } };
}

function withReplacement(input: Input, node: NodeSummary, since: EpochMs, until: EpochMs): Rest {
  const emptying = emptyingOf(input, until);
  const next = afterSteps(input, () => withoutMoves(input, () => 'A node was added; no pod had to move.'));
  switch (emptying.is) {
    case 'under-way': {
      const { steps, reasons } = ladder(input, voluntaryTimes(since, until));
      const last = releaseStep(input, node, until).map((step) => ({ ...step, onlyAfter: true as const }));
      return { steps: [...steps, ...last], reasons, next };
    }
    case 'waiting':
      return { steps: [], reasons: [emptying.why], next: { do: 'wait', at: emptying.at, why: emptying.why } };
    case 'stuck': {
      const why = `${emptying.why}: the node is kept and used again, beside the added one`;
      const steps = node.cordonedFor === input.incident.id ? [uncordon(node, until)] : uncordonDone(input);
      return { steps, reasons: [why], next };
    }
    case 'empty':
      return { steps: releaseStep(input, node, until), reasons: ['the node is empty'], next };
  }
}

/** Kept in the plan once it was tried: a step that is settled is known by its record. */
function uncordonDone(input: Input): Step[] {
  const record = recordOf(input, 'uncordon');
  return record === undefined ? [] : [record.step];
}

function addCapacity(input: Input, since: EpochMs): { step: Step } | { why: string } {
  const known = recordOf(input, 'add-capacity');
  if (known !== undefined) return { step: known.step };
  const group = input.facts.group.known ? input.facts.group.value : null;
  if (group === null)
    return { why: 'no Auto Scaling group stands behind the node: nobody would launch a replacement' };
  const kept = input.facts.pods.known ? input.facts.pods.value.keptForData.length : 0;
  if (kept > 0) return { why: `${kept} pods keep their local data: the node could not be emptied` };
  if (group.lifecycleState !== 'InService') return { why: `its lifecycle state is ${group.lifecycleState}` };
  // With capacity rebalancing the group launches by itself: only wait for it.
  const desired = group.desired + (group.capacityRebalance ? 0 : 1);
  if (desired > group.max) return { why: `group ${group.name} is at its maximum of ${group.max}` };
  const by = replacementBy(input.policy, since);
  return {
    step: {
      action: 'add-capacity',
      targets: [{ kind: 'group', id: group.name, name: group.name }],
      goal: { desired, before: group.desired, readyBy: by },
      reason: 'a node more must be Ready before pods leave this one',
      // Only a member that is not among these is the replacement. A group that rebalances by itself has begun.
      notes: { members: group.capacityRebalance ? group.inService : group.members },
      answerBy: by,
    },
  };
}

function recordOf({ incident }: Input, action: string): StepRecord | undefined {
  return incident.records.findLast(({ step }) => step.action === action);
}
