import type { PrefixEffect, PrefixProposal, Rejection } from './advice.ts';
import type { Candidate } from './candidates.ts';
import { ADDRESSES_PER_PREFIX, recommendedMaxPods } from './instances.ts';
import { type Judged, judged, modelled, pairs, whyMoreCalls } from './judge.ts';
import type { ClusterNumbers, NodeGroupNumbers } from './numbers.ts';
import { whyNotRead } from './variables.ts';

const OPTION = 'prefix delegation on new node groups';
const ENV = { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' };

/**
 * Prefixes need the fewest calls, but nodes that run must not be switched: so never part of a change, only
 * proposed for new node groups of Nitro types, and only where the subnets hold old and new nodes together.
 */
export function prefixAdvice(
  numbers: ClusterNumbers,
  chosen: Judged,
): { proposals: PrefixProposal[]; rejected: Rejection[] } {
  const against = (why: string) => ({ proposals: [], rejected: [{ option: OPTION, why }] });
  if (numbers.settings.prefixDelegation) return { proposals: [], rejected: [] };
  const unread = whyUnavailable(numbers);
  if (unread !== undefined) return against(unread);
  const nitro = numbers.groups.filter(({ limits }) => limits.nitro);
  if (nitro.length === 0) return against('no group is of a Nitro type');
  const candidate = withPrefixes(chosen);
  const option = judged(candidate, { ...numbers, groups: nitro, subnets: [] }, new Map());
  const worse = nitro
    .map((group) => whyMoreCalls(group, option.calls, chosen.calls))
    .find((why) => why !== undefined);
  if (worse !== undefined) return against(worse);
  const fewer = pairs(nitro, option.calls).some(
    ([{ name }, { launch }]) => launch.mutating < (chosen.calls.get(name)?.launch.mutating ?? 0),
  );
  if (!fewer) return against('no fewer calls per node launch');
  const room = whyNoRoomBeside(numbers, nitro, option);
  if (room !== undefined) return against(room);
  return { proposals: [proposal(numbers, { nitro, candidate, chosen })], rejected: [] };
}

function whyUnavailable({ version, settable }: ClusterNumbers): string | undefined {
  const isSettable = (name: string) => settable === null || settable.includes(name);
  return Object.keys(ENV)
    .map((name) => (isSettable(name) ? whyNotRead(name, version) : `the add-on's schema has no env.${name}`))
    .find((why) => why !== undefined);
}

function withPrefixes({ settings }: Candidate): Candidate {
  return { settings: { ...settings, prefixDelegation: true, warmPrefixTarget: 1 }, env: ENV };
}

/** The old nodes keep their addresses until they are drained: the new ones must fit into what is free. */
function whyNoRoomBeside(
  { subnets, settings }: ClusterNumbers,
  groups: readonly NodeGroupNumbers[],
  { calls }: Judged,
): string | undefined {
  const fixed = settings.podEni ? 1 : 0;
  for (const { id, free, nodes } of subnets) {
    const needed = pairs(groups, calls).reduce(
      (sum, [{ name, branchPodsPerNode }, { addresses }]) =>
        sum + (nodes[name] ?? 0) * (addresses + fixed + branchPodsPerNode),
      0,
    );
    if (needed > free)
      return `${id} would need ${needed} free addresses beside the old nodes, it has ${free}`;
  }
  return undefined;
}

interface Proposed {
  nitro: readonly NodeGroupNumbers[];
  candidate: Candidate;
  chosen: Judged;
}

function proposal({ groups }: ClusterNumbers, { nitro, candidate, chosen }: Proposed): PrefixProposal {
  const after = modelled(candidate.settings, nitro);
  const effects = pairs(nitro, after).map(
    ([{ name, limits }, calls]): PrefixEffect => ({
      group: name,
      type: limits.type,
      before: chosen.calls.get(name) ?? calls,
      after: calls,
      maxPods: recommendedMaxPods(limits, candidate.settings),
    }),
  );
  const others = groups.filter(({ limits }) => !limits.nitro).map(({ limits }) => limits.type);
  return {
    env: ENV,
    groups: effects,
    reasons: [
      'for new node groups, with max-pods raised; drain the old ones into them, do not switch nodes that run',
      `every prefix takes ${ADDRESSES_PER_PREFIX} addresses in one block: a fragmented subnet needs a CIDR reservation of type prefix`,
      'aws-node must not go below 1.9 as long as prefixes are attached',
      ...others.map((type) => `${type} is not Nitro and stays with single addresses`),
    ],
  };
}
