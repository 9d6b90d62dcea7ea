import { humanDuration } from '../clock.ts';
import type { BrakeLimits } from '../config/policy.ts';
import type { WentBad } from '../incident/went-bad.ts';
import type { FleetNode } from '../pipeline/trouble.ts';
import { isOverShare } from '../share.ts';
import type { Guard } from './guard.ts';
import { takesOnPurpose } from './voluntary.ts';

/**
 * Many going bad at once is no accident of single nodes: what is optional waits, because more change would only make it
 * worse. Nodes AWS is taking are never held back.
 */
export const correlatedFailureGuard: Guard = {
  name: 'correlated-failure',
  judge({ action, facts, policy, remembered, now }) {
    if (!takesOnPurpose(action, facts)) return { verdict: 'allow', reason: 'takes no node on purpose' };
    const rule = policy.limitRules?.correlatedFailure;
    const about = rule === undefined ? {} : { rule };
    const { wentBad } = remembered;
    if (!wentBad.known) {
      const reason = `how many went bad could not be read: ${wentBad.why}`;
      return { verdict: 'refuse', reason, isUnknown: true, ...about };
    }
    const { withinMs } = policy.brake;
    const recent = wentBad.value.filter(({ at }) => at > now - withinMs && at <= now);
    const [oldest] = recent;
    const found = judgeFailures(recent, facts.fleet, policy.brake);
    if (!found.holds) return { verdict: 'allow', reason: found.why, ...about };
    const againAt = (oldest?.at ?? now) + withinMs;
    return { verdict: 'refuse', reason: found.why, isUnknown: true, againAt, ...about };
  },
};

interface Judgement {
  holds: boolean;
  why: string;
}

/** One bad node is no correlation, however small the cluster: else pools of a few could never be treated. */
const FEWEST = 2;

export function judgeFailures(
  recent: readonly WentBad[],
  fleet: readonly FleetNode[] | undefined,
  limits: BrakeLimits,
): Judgement {
  const count = recent.length;
  const within = `within ${humanDuration(limits.withinMs)}`;
  if (count < FEWEST) return { holds: false, why: `${count} went bad ${within}` };
  const tooMany = `${count} went bad ${within}, more than ${limits.nodes}`;
  if (fleet === undefined) {
    if (count > limits.nodes) return { holds: true, why: tooMany };
    return { holds: true, why: `${count} went bad ${within} of an unknown number of nodes` };
  }
  const all = withGone(recent, fleet);
  const zones = zonesOver(recent, all, limits.zoneShare);
  if (zones.length > 0) return { holds: true, why: `${zoneWords(zones, all)} ${within}` };
  if (count > limits.nodes) return { holds: true, why: `${tooMany}; the cluster has ${all.size} nodes` };
  const counted = `${count} of ${all.size} nodes went bad ${within}`;
  if (isOverShare(count, all.size, limits.share))
    return { holds: true, why: `${counted}, more than ${percent(limits.share)}` };
  return { holds: false, why: counted };
}

/** Id → zone, as far as either knows it. A node that is gone already was one of them all the same. */
function withGone(recent: readonly WentBad[], fleet: readonly FleetNode[]): Map<string, string> {
  const bad = recent.map(({ subject, zone = '' }) => [subject, zone] as const);
  const inFleet = fleet.map(({ id, zone }) => [id, zone] as const);
  return new Map([...bad, ...inFleet, ...bad.filter(([, zone]) => zone !== '')]);
}

interface ZoneCount {
  zone: string;
  bad: number;
  nodes: number;
}

function zonesOver(
  recent: readonly WentBad[],
  all: ReadonlyMap<string, string>,
  zoneShare: number,
): ZoneCount[] {
  const nodes = Map.groupBy([...all], ([, zone]) => zone);
  const bad = Map.groupBy(recent, ({ subject }) => all.get(subject) ?? '');
  return [...bad]
    .map(([zone, subjects]) => ({ zone, bad: subjects.length, nodes: nodes.get(zone)?.length ?? 0 }))
    .filter(
      ({ zone, bad: count, nodes: size }) =>
        zone !== '' && count >= FEWEST && isOverShare(count, size, zoneShare),
    );
}

function zoneWords(zones: readonly ZoneCount[], all: ReadonlyMap<string, string>): string {
  const known = new Set([...all.values()].filter((zone) => zone !== ''));
  const isEverywhere = zones.length === known.size;
  const counts = zones.map(({ zone, bad, nodes }) => `${bad} of ${nodes} nodes of ${zone}`).join(', ');
  return `${isEverywhere ? 'every zone, full stop' : 'zone event, hands off'}: ${counts} went bad`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
