import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import type { Outcome } from '../../../shared/incident/plan.ts';
import { rebalanceFindings } from '../findings.ts';
import type { Input } from '../input.ts';
import { begunReaction, chosenReaction, replacementBy } from '../reaction.ts';
import { afterwards } from './afterwards.ts';
import { cordoned } from './cordoned.ts';
import { type About, type Draft, headlineOf, nothing } from './draft.ts';
import { replaced } from './replaced.ts';
import { unreadable } from './unreadable.ts';
import { watched } from './watched.ts';

/** AWS says that the instance is more likely to be taken; it may never be. What is done is chosen per group. */
export function atRisk(input: Input, since: EpochMs): Draft {
  const { node, group } = input.facts;
  const about: About = {
    headline: headlineOf(input, 'Rebalance recommendation for'),
    findings: rebalanceFindings(input, since),
  };
  const begun = begunReaction(input.incident);
  if (!node.known) return unreadable(input, about, 'The cluster', node.why);
  if (!group.known) return unreadable(input, about, 'The Auto Scaling group', group.why);
  if (node.value === null) {
    return begun === undefined
      ? nothing(input, { ...about, quiet: true }, 'the cluster has no Node of this instance')
      : afterwards(input);
  }
  // What was begun is brought to its end, whatever the config says by now.
  const reaction = begun === undefined ? chosenReaction(input) : { is: begun };
  if (reaction.is === 'ignore') return nothing(input, { ...about, quiet: true }, reaction.why);
  if (reaction.is === 'watch') return watched(input, { ...about, quiet: true }, since);
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

/** Guards that say no for the time being. */
const FOR_NOW = ['correlated-failure', 'disruption-budget', 'capacity-floor', 'cool-down'];

/** Its time is over and a guard never let it begin: the last reasons are the ones people need. */
function heldBack({ incident, now }: Input, about: About, until: EpochMs): Draft | undefined {
  if (now < until || incident.records.length > 0) return undefined;
  const verdicts = incident.verdicts?.flatMap(({ guards }) => guards) ?? [];
  const refusals = verdicts.filter(({ guard, verdict }) => FOR_NOW.includes(guard) && verdict === 'refuse');
  const [first] = refusals;
  if (first === undefined) return undefined;
  const lead = 'held back until it was too late';
  const why = `${lead}: ${first.guard}: ${first.reason}`;
  const details = [...new Set(refusals.map(({ guard, reason }) => `${lead}: ${guard}: ${reason}`))];
  const outcome: Outcome = { kind: 'refused', summary: `Nothing was changed: ${why}.`, details };
  return {
    ...about,
    severity: 'info',
    steps: [],
    reasons: [why],
    next: { do: 'close', outcome },
    expiresAt: now + MINUTE_MS,
  };
}
