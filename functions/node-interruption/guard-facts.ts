import { HOUR_MS } from '../../shared/clock.ts';
import type { GuardFacts, Owned } from '../../shared/pipeline/trouble.ts';
import type { Input } from './input.ts';
import { lossesOf, voluntaryFacts } from './node-signals.ts';
import type { FleetNode } from './node-summary.ts';
import { chosenReaction, voluntaryUntil } from './reaction.ts';
import { type Situation, situationOf } from './situation.ts';
import { concerned, standDownOf } from './stand-down.ts';

/** What the guards look at. The Node confirms what tags nominate. */
export function guardFacts(input: Input): GuardFacts {
  const situation = situationOf(input);
  const disruption = situation.is === 'at-risk' ? disruptionOf(input, situation.since) : undefined;
  return {
    owned: ownedOf(input),
    // A hook has no Node any more when its instance never joined or was removed: tags and config name it.
    ownedOf: Object.fromEntries(BY_TAGS.map((name) => [name, ownedByTags(input)])),
    standDown: standDownOf(input.facts, concerned(input.standDownFor, situation.is === 'at-risk')),
    taken: situation.is !== 'at-risk',
    gentleRunsInApproveMode: input.policy.drain.inApproveMode === 'drain',
    ...freshness(input, situation),
    losses: lossesOf(input),
    ...(situation.is === 'at-risk' && voluntaryFacts(input)),
    ...(disruption !== undefined && { disruption }),
  };
}

/** Letting go of what we hold is never too late. */
const BY_TAGS = ['hold-hook', 'complete-hook'];
const ALWAYS = ['hold-hook', 'complete-hook', 'back-in-service', 'uncordon', 'release'];

function freshness(
  { now, policy }: Input,
  situation: Situation,
): Pick<GuardFacts, 'freshUntil' | 'freshUntilOf'> {
  const always = Object.fromEntries(ALWAYS.map((name) => [name, now + HOUR_MS]));
  if (situation.is === 'at-risk') {
    const until = voluntaryUntil(policy, situation.since);
    const cordon = Math.max(until, situation.since + policy.rebalance.ttl);
    return { freshUntil: until, freshUntilOf: { ...always, cordon } };
  }
  if (situation.is !== 'leaving') return { freshUntil: now + HOUR_MS, freshUntilOf: always };
  const { evictUntil, historyFrom, deadline, forceUntil } = situation.notice;
  return {
    freshUntil: evictUntil,
    freshUntilOf: { ...always, cordon: historyFrom, detach: deadline, 'force-delete': forceUntil },
  };
}

function ownedOf({ facts, incident }: Input): Owned {
  const { node } = facts;
  if (!node.known) return { is: 'unknown', why: node.why };
  if (node.value === null)
    return { is: 'no', why: `cluster ${incident.cluster.name} has no Node of this instance` };
  const others = otherClusters({ facts, incident });
  if (others.length > 0) return { is: 'no', why: `tags also name cluster ${others.join(', ')}` };
  return { is: 'yes', why: `Node ${node.value.name} of ${incident.cluster.name} has this instance` };
}

function ownedByTags({ facts, incident }: Input): Owned {
  if (!facts.instance.known) return { is: 'unknown', why: facts.instance.why };
  const isNamed = facts.clusterTags.includes(incident.cluster.name);
  const others = otherClusters({ facts, incident });
  if (!isNamed || others.length > 0)
    return { is: 'no', why: `tags name ${facts.clusterTags.join(', ') || 'no cluster'}` };
  return { is: 'yes', why: `tags name cluster ${incident.cluster.name}` };
}

function otherClusters({ facts, incident }: Pick<Input, 'facts' | 'incident'>): string[] {
  return facts.clusterTags.filter((name) => name !== incident.cluster.name);
}

/** Unknown where anything of it could not be read: the guard then refuses for the time being. */
function disruptionOf({ facts, incident, policy, ...rest }: Input, since: number): GuardFacts['disruption'] {
  const group = facts.group.known ? facts.group.value : null;
  const fleet = facts.fleet.known ? facts.fleet.value : null;
  const node = facts.node.known ? facts.node.value : null;
  if (!facts.group.known || fleet === null || node === null) return undefined;
  const { id } = incident.subject;
  const members = new Set([...(group?.members ?? []), id]);
  const isMember = ({ instanceId }: FleetNode) => group === null || members.has(instanceId);
  // A member that comes or goes, by a hook or a scale-in, is one that nobody can count on, though it may read Ready.
  const isOut = (node: FleetNode) =>
    node.down || (group !== null && isMember(node) && !group.inService.includes(node.instanceId));
  const down = fleet.filter((each) => each.instanceId !== id && isOut(each));
  const chosen = chosenReaction({ facts, incident, policy, ...rest });
  return {
    node: id,
    // A node of no group is counted with the whole cluster.
    group: group?.name ?? id,
    zone: node.zone,
    until: chosen.is === 'cordon' ? since + policy.rebalance.ttl : voluntaryUntil(policy, since) + HOUR_MS,
    cluster: { nodes: fleet.length, down: down.map(({ instanceId }) => instanceId) },
    inGroup: {
      nodes: fleet.filter(isMember).length,
      down: down.filter(isMember).map(({ instanceId }) => instanceId),
    },
    zoneNodes: fleet.filter(({ zone }) => zone === node.zone).map(({ instanceId }) => instanceId),
  };
}
