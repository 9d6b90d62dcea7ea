import type { BurstFacts } from '../reading/burst-facts.ts';
import { LARGE_SHARE } from './arrivals.ts';

const MAX_NAMES = 5;

/** How the next burst is made smaller. All of it is for people: nothing of a scaler is changed. */
export function slowerSteps(facts: BurstFacts): string[] {
  return [
    ...scheduleSteps(facts),
    `would help: a slower scale-up, ${stepText(facts)}: ${waysOf(facts).join('; ')}`,
    'would help: capacity made ready before the hour it is needed: warm pools of instances, warm addresses or prefixes of the VPC CNI',
  ];
}

function scheduleSteps({ launches }: BurstFacts): string[] {
  const groups = launches.known ? launches.value : [];
  return groups.flatMap(({ group, schedule }) =>
    schedule === undefined
      ? []
      : [`would help: scheduled action ${schedule} of ${group} as several, some minutes apart`],
  );
}

/** Less than the share from which on a scale-up counts as large. */
function stepText({ nodes }: BurstFacts): string {
  if (!nodes.known) return 'in steps of a few percent of the nodes';
  const before = nodes.value.all - nodes.value.times.length;
  const step = Math.max(1, Math.ceil(LARGE_SHARE * before) - 1);
  return `in steps of at most ${step} ${step === 1 ? 'node' : 'nodes'}`;
}

function waysOf({ claims, launches }: BurstFacts): string[] {
  const pools = claims.known ? (claims.value?.pools ?? []) : [];
  const groups = (launches.known ? launches.value : []).filter(({ times }) => times.length > 0);
  return [
    ...(pools.length === 0 ? [] : [`limits of the NodePools ${named(pools)} raised step by step`]),
    ...(groups.length === 0
      ? []
      : [`desired capacity of ${named(groups.map(({ group }) => group))} raised step by step`]),
    'a smaller maxSurge and slower scale-up behaviour of the Deployments that asked for it',
  ];
}

function named(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}
