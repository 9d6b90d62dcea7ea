import type { SubnetCost } from './advice.ts';
import { type CallCounts, plus } from './apis.ts';
import { CHURN_MINUTES, callsOf, type NodeCalls } from './calls.ts';
import { type Candidate, capacityOf } from './candidates.ts';
import { podEnis, usesPrefixes } from './instances.ts';
import type { ClusterNumbers, NodeGroupNumbers } from './numbers.ts';
import type { CniSettings } from './settings.ts';
import { type ByGroup, subnetCosts, whyNoRoom } from './subnets.ts';
import { whyNotRead } from './variables.ts';

/** A candidate with the model's figures. */
export interface Judged extends Candidate {
  calls: ByGroup;
  costs: SubnetCost[];
  /** Mutating calls of one burst and of `CHURN_MINUTES` after it, all nodes together. */
  load: number;
  /** Of the burst's, those that pods may wait for. */
  late: number;
  /** Addresses at the most nodes, all subnets together. */
  addresses: number;
}

export function modelled(settings: CniSettings, groups: readonly NodeGroupNumbers[]): ByGroup {
  return new Map(groups.map((group) => [group.name, callsOf(settings, group)]));
}

export function judged(candidate: Candidate, numbers: ClusterNumbers, before: ByGroup): Judged {
  const calls = modelled(candidate.settings, numbers.groups);
  const costs = subnetCosts(numbers, before, calls);
  const sum = (count: (group: NodeGroupNumbers, calls: NodeCalls) => number) =>
    pairs(numbers.groups, calls).reduce((total, [group, each]) => total + count(group, each), 0);
  return {
    ...candidate,
    calls,
    costs,
    load: sum(
      ({ launchedAtOnce, nodes }, { launch, churn }) =>
        launch.mutating * launchedAtOnce + churn.mutating * nodes,
    ),
    late: sum(({ launchedAtOnce }, { whilePodsCome }) => whilePodsCome * launchedAtOnce),
    addresses: costs.reduce((total, { needed }) => total + needed, 0),
  };
}

/** Undefined when the settings may be advised instead of the present ones; else the first reason against them. */
export function whyNot(option: Judged, present: Judged, numbers: ClusterNumbers): string | undefined {
  return (
    whyNotSettable(option, numbers) ??
    first(numbers.groups, (group) => whyBeyondLimits(option.settings, group)) ??
    first(numbers.groups, (group) => whyMoreCalls(group, option.calls, present.calls)) ??
    whyNoRoom(option.costs)
  );
}

function whyNotSettable({ env }: Candidate, { version, settable }: ClusterNumbers): string | undefined {
  return first(Object.keys(env), (name) => {
    const isAllowed = settable === null || settable.includes(name);
    return isAllowed ? whyNotRead(name, version) : `the add-on's schema has no env.${name}`;
  });
}

/** More than a node can hold would only fill every node to the brim. */
function whyBeyondLimits(settings: CniSettings, group: NodeGroupNumbers): string | undefined {
  const { type } = group.limits;
  const capacity = capacityOf(group, settings);
  if (settings.minimumIpTarget > capacity) {
    return `${settings.minimumIpTarget} addresses are more than the ${capacity} that ${type} holds for pods`;
  }
  if (settings.warmIpTarget > 0 || settings.minimumIpTarget > 0) return undefined;
  const enis = podEnis(group.limits, settings);
  if (!usesPrefixes(group.limits, settings)) {
    const { warmEniTarget } = settings;
    return warmEniTarget > enis ? `${warmEniTarget} spare ENIs, ${type} has ${enis} for pods` : undefined;
  }
  const slots = enis * Math.max(0, group.limits.ipv4PerEni - 1);
  const { warmPrefixTarget } = settings;
  return warmPrefixTarget > slots
    ? `${warmPrefixTarget} spare prefixes, ${type} has room for ${slots}`
    : undefined;
}

/** Never more calls than now, on no kind of node, of no sort, and no pod without an address for it. */
export function whyMoreCalls(
  { name, limits }: NodeGroupNumbers,
  option: ByGroup,
  present: ByGroup,
): string | undefined {
  const [after, before] = [option.get(name), present.get(name)];
  if (after === undefined || before === undefined) return undefined;
  const compared: [number, number, string][] = [
    [after.unserved, before.unserved, 'pods without an address on'],
    [after.launch.mutating, before.launch.mutating, 'changing calls per launch of'],
    [after.launch.total, before.launch.total, 'calls per launch of'],
    [after.churn.mutating, before.churn.mutating, `changing calls in ${CHURN_MINUTES} min of churn on`],
    [after.churn.total, before.churn.total, `calls in ${CHURN_MINUTES} min of churn on`],
  ];
  const more = compared.find(([now, then]) => now > then);
  return more === undefined ? undefined : `${more[0]} instead of ${more[1]} ${more[2]} ${limits.type}`;
}

/** Calls of all nodes that start together. */
export function burstOf(groups: readonly NodeGroupNumbers[], calls: ByGroup): CallCounts {
  return pairs(groups, calls).reduce<CallCounts>(
    (sum, [{ launchedAtOnce }, { launch }]) => plus(sum, launch.byApi, launchedAtOnce),
    {},
  );
}

export function pairs(groups: readonly NodeGroupNumbers[], calls: ByGroup): [NodeGroupNumbers, NodeCalls][] {
  return groups.flatMap((group): [NodeGroupNumbers, NodeCalls][] => {
    const each = calls.get(group.name);
    return each === undefined ? [] : [[group, each]];
  });
}

function first<T>(all: readonly T[], why: (each: T) => string | undefined): string | undefined {
  for (const each of all) {
    const found = why(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
