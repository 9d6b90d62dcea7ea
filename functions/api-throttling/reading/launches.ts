import type { EpochMs } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import { inPool } from '../../../shared/pipeline/pool.ts';
import type { AutoScaling, ScalingActivity } from '../../../shared/ports/autoscaling.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import { safeName } from '../attribution/text.ts';
import type { Window } from './pod-failures.ts';

/** What one Auto Scaling group launched within a window. */
export interface GroupLaunches {
  group: string;
  /** When each began, oldest first, failed ones included. */
  times: EpochMs[];
  failed: number;
  /** The scheduled action that asked for them, by its name or `unnamed`; undefined where none did. */
  schedule: string | undefined;
  /** There were more than one page of activities. */
  isPage: boolean;
}

export const MAX_GROUPS = 5;
/** One DescribeAutoScalingInstances. */
const MAX_IDS = 50;
/** As many as the port reads. */
const PAGE = 100;
const PARALLEL = 2;
const NODE_GROUP = 'eks.amazonaws.com/nodegroup';
/** Karpenter and Auto Mode launch without a group. */
const NODE_POOL = 'karpenter.sh/nodepool';
const SCHEDULED = /scheduled action(?: (\S{1,255}) executed)?/i;

/** One call for the groups' names and one for each group; groups that the newest nodes are in come first. */
export async function readLaunches(
  autoscaling: AutoScaling,
  nodes: readonly Node[],
  window: Window,
): Promise<GroupLaunches[]> {
  const [first, ...others] = askedAbout(nodes);
  if (first === undefined) return [];
  const members = await autoscaling.describeInstances([first, ...others]);
  const names = [...new Set(members.map(({ group }) => group))].slice(0, MAX_GROUPS);
  const found = new Map<string, GroupLaunches>();
  await inPool(names, PARALLEL, async (group) => {
    found.set(group, launchesOf(group, await autoscaling.describeActivities(group), window));
  });
  return names.flatMap((name) => found.get(name) ?? []);
}

/** One node of each managed group says what that group is called; of the others any may be of another group. */
function askedAbout(nodes: readonly Node[]): string[] {
  const newest = nodes
    .filter(({ metadata }) => metadata?.labels?.[NODE_POOL] === undefined)
    .toSorted((left, right) => createdAt(right) - createdAt(left));
  const seen = new Set<string>();
  const chosen = newest.filter(({ metadata }) => {
    const group = metadata?.labels?.[NODE_GROUP];
    if (group === undefined) return true;
    const isFirst = !seen.has(group);
    seen.add(group);
    return isFirst;
  });
  return [...new Set(chosen.flatMap((node) => instanceIdOf(node) ?? []))].slice(0, MAX_IDS);
}

function launchesOf(
  group: string,
  activities: readonly ScalingActivity[],
  { from, to }: Window,
): GroupLaunches {
  const launches = activities
    .filter(({ description }) => description.startsWith('Launching a new EC2 instance'))
    .filter(({ startedAt }) => startedAt >= from && startedAt <= to);
  const [schedule] = launches.map(({ cause }) => SCHEDULED.exec(cause)).filter((found) => found !== null);
  return {
    group,
    times: launches.map(({ startedAt }) => startedAt).toSorted((left, right) => left - right),
    failed: launches.filter(({ status }) => status === 'Failed' || status === 'Cancelled').length,
    schedule: schedule === undefined ? undefined : safeName(schedule[1] ?? '') || 'unnamed',
    isPage: activities.length >= PAGE && activities.every(({ startedAt }) => startedAt >= from),
  };
}

export function createdAt({ metadata }: { metadata?: { creationTimestamp?: string } }): EpochMs {
  return Date.parse(metadata?.creationTimestamp ?? '') || 0;
}
