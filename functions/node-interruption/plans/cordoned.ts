import { type EpochMs, HOUR_MS, humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { Outcome, Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { ladder, nodeTarget } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';
import { voluntaryTimes } from '../notice.ts';
import { afterSteps, recordLines, withoutMoves } from '../outcome.ts';
import type { About, Draft } from './draft.ts';

/** How long a person may think about taking back what was done. */
export const MAX_WAIT_MS = 12 * HOUR_MS;

/** A cordon with an end: without an interruption it is lifted again. */
export function cordoned(input: Input, about: About, since: EpochMs, node: NodeSummary): Draft {
  const { policy, now, incident } = input;
  const until = since + policy.rebalance.ttl;
  const { steps } = ladder(input, voluntaryTimes(since, until));
  const cordon = steps.filter(({ action }) => action === 'cordon');
  const hasCordoned = incident.records.some(
    ({ step, state }) => step.action === 'cordon' && state === 'done',
  );
  const why = `no new pods until ${isoTime(until)}; lifted then if no interruption follows`;
  const common = { ...about, severity: 'warning' as const, expiresAt: Math.max(until, now + MINUTE_MS) };
  if (!hasCordoned) {
    return {
      ...common,
      steps: cordon,
      reasons: [why],
      next: afterSteps(input, () => withoutMoves(input, () => why)),
    };
  }
  if (now < until) return { ...common, steps: [], reasons: [why], next: { do: 'wait', at: until, why } };
  const lifting = uncordon(node, until);
  return {
    ...common,
    steps: [lifting],
    reasons: ['no interruption followed'],
    next: { do: 'close', outcome: lifted(input) },
  };
}

/** What became of the cordon, by the step's own record. */
function lifted({ incident, policy }: Input): Outcome {
  const record = incident.records.findLast(({ step }) => step.action === 'uncordon');
  const details = recordLines(incident);
  const lead = `No interruption followed within ${humanDuration(policy.rebalance.ttl)}`;
  if (record?.state === 'done')
    return { kind: 'undone', summary: `${lead}: ${record.summary ?? 'lifted'}.`, details };
  const why = record?.summary ?? record?.decision ?? 'not tried';
  return { kind: 'escalated', summary: `${lead}, but the cordon could not be lifted: ${why}.`, details };
}

export function uncordon(node: NodeSummary, from: EpochMs): Step {
  return {
    action: 'uncordon',
    targets: [nodeTarget(node)],
    goal: { unschedulable: false, from },
    reason: 'the node was not taken',
    answerBy: from + MAX_WAIT_MS,
  };
}
