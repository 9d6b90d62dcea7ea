import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Outcome } from '../../../shared/incident/plan.ts';
import { rebalanceFindings } from '../findings.ts';
import type { Input } from '../input.ts';
import { chosenReaction, replacementBy } from '../reaction.ts';
import { cordoned } from './cordoned.ts';
import { type About, type Draft, headlineOf, idle, nothing } from './draft.ts';
import { replaced } from './replaced.ts';
import { watched } from './watched.ts';

const RETRY_MS = 15 * SECOND_MS;

/** AWS says that the instance is more likely to be taken; it may never be. What is done is chosen per group. */
export function atRisk(input: Input, since: EpochMs): Draft {
  const { node, group } = input.facts;
  const about: About = {
    headline: headlineOf(input, 'Rebalance recommendation for'),
    findings: rebalanceFindings(input, since),
  };
  const unread = !node.known ? node.why : !group.known ? group.why : undefined;
  if (unread !== undefined) return lookAgain(input, about, since, unread);
  const reaction = chosenReaction(input);
  if (node.known && node.value === null)
    return nothing(input, { ...about, quiet: true }, 'the cluster has no Node of this instance');
  if (reaction.is === 'ignore') return nothing(input, { ...about, quiet: true }, reaction.why);
  if (reaction.is === 'watch') return watched(input, { ...about, quiet: true }, since);
  if (!node.known || node.value === null) return nothing(input, about, 'no Node');
  const late = heldBack(
    input,
    about,
    reaction.is === 'cordon' ? since + input.policy.rebalance.ttl : replacementBy(input.policy, since),
  );
  if (late !== undefined) return late;
  return reaction.is === 'cordon'
    ? cordoned(input, about, since, node.value)
    : replaced(input, about, since, node.value);
}

/** Its time is over and the disruption budget never had room: the last reason is the one people need. */
function heldBack({ incident, now }: Input, about: About, until: EpochMs): Draft | undefined {
  if (now < until || incident.records.length > 0) return undefined;
  const verdicts = incident.verdicts?.flatMap(({ guards }) => guards) ?? [];
  const budget = verdicts.find(({ guard, verdict }) => guard === 'disruption-budget' && verdict === 'refuse');
  if (budget === undefined) return undefined;
  const why = `held back until it was too late: disruption-budget: ${budget.reason}`;
  const outcome: Outcome = { kind: 'refused', summary: `Nothing was changed: ${why}.`, details: [why] };
  return {
    ...about,
    severity: 'info',
    steps: [],
    reasons: [why],
    next: { do: 'close', outcome },
    expiresAt: now + MINUTE_MS,
  };
}

function lookAgain(input: Input, about: About, since: EpochMs, reason: string): Draft {
  const why = `cannot be judged: ${reason}`;
  if (input.now < since + input.policy.rebalance.replacementWithin) {
    return idle(input, about, why, { do: 'wait', at: input.now + RETRY_MS, why });
  }
  return nothing(input, about, why);
}
