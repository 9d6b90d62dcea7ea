import { type EpochMs, humanDuration, MINUTE_MS } from '../../../shared/clock.ts';
import type { Outcome } from '../../../shared/incident/plan.ts';
import { blockers } from '../findings.ts';
import type { Input } from '../input.ts';
import { firstFew, podName } from '../pods.ts';
import { type About, type Draft, idle, nothing } from './draft.ts';
import { unreadable } from './unreadable.ts';

/** EKS gives up on an eviction after 15 minutes; a replacement takes a few before that. */
const STALLED_MS = 25 * MINUTE_MS;

/**
 * EKS launches the replacement, cordons and drains by itself. Looked at once more when it should be through: a
 * node that is still cordoned with pods on it is stuck, and people learn which budgets hold it.
 */
export function watched(input: Input, about: About, since: EpochMs): Draft {
  const { now, facts } = input;
  const why = 'EKS replaces and drains nodes of its managed groups itself';
  const due = since + STALLED_MS;
  if (now < due) return idle(input, about, why, { do: 'wait', at: due, why });
  const node = facts.node.known ? facts.node.value : null;
  if (!facts.pods.known) return unreadable(input, about, 'The node', facts.pods.why);
  const left = facts.pods.value.evictable;
  if (node === null || !node.cordoned || left.length === 0) return nothing(input, about, why);
  const outcome: Outcome = {
    kind: 'escalated',
    summary: `EKS has been draining the node for ${humanDuration(now - since)}: ${left.length} pods are still on it.`,
    details: firstFew(left.map((pod) => `${podName(pod)}: budgets ${pod.budgets.join(', ') || 'none'}`)),
  };
  const loud = { headline: about.headline, findings: [...(about.findings ?? []), ...blockers(input)] };
  return { ...idle(input, loud, why, { do: 'close', outcome }), severity: 'high' };
}
