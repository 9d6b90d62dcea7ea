import { type EpochMs, HOUR_MS } from '../../shared/clock.ts';
import { type Fact, known, readFact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import type { ScalingActivity } from '../../shared/ports/autoscaling.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Ports } from '../../shared/ports/index.ts';

/** What the instance's Auto Scaling group says about its end; null when it says nothing. */
export type GroupActivity = Pick<ScalingActivity, 'description' | 'cause' | 'startedAt'> | null;

const GROUP_TAG = 'aws:autoscaling:groupName';
const GOING = new Set(['stopping', 'stopped', 'shutting-down', 'terminated']);
const NEWEST_MS = 6 * HOUR_MS;

/** Read only for an instance that is going or gone: its tag still names the group. */
export async function readActivity(
  ports: Ports,
  instance: Fact<Instance | null>,
  at: EpochMs,
): Promise<Fact<GroupActivity>> {
  const value = instance.known ? instance.value : null;
  const group = value?.tags[GROUP_TAG];
  if (value === null || group === undefined || !GOING.has(value.state)) {
    return known(null, 'not read: no group, or the instance is not ending', at);
  }
  return await readFact('autoscaling:DescribeScalingActivities', at, async () => {
    const activities = await ports.autoscaling.describeActivities(group);
    const last = activities.find(
      ({ description, startedAt }) => description.includes(value.id) && at - startedAt < NEWEST_MS,
    );
    if (last === undefined) return null;
    return { description: last.description, cause: last.cause, startedAt: last.startedAt };
  });
}

/** Who ended the instance. */
export type DepartureKind = 'spot' | 'scale-in' | 'group' | 'user' | 'itself' | 'aws' | 'unknown';

export interface Departure {
  kind: DepartureKind;
  text: string;
  confidence: Finding['confidence'];
  evidence: string[];
}

/** The group's own words for what it did; free text, so at most likely. First match counts. */
const GROUP_WORDS: readonly { words: RegExp; kind: DepartureKind; text: string }[] = [
  { words: /shrinking the capacity/i, kind: 'scale-in', text: 'its Auto Scaling group scaled in' },
  { words: /instance refresh/i, kind: 'group', text: 'an instance refresh replaced it' },
  { words: /rebalanc/i, kind: 'group', text: 'its Auto Scaling group rebalanced' },
  { words: /maximum instance lifetime/i, kind: 'group', text: 'it reached its maximum lifetime' },
  {
    words: /in response to a user request/i,
    kind: 'scale-in',
    text: 'it was removed through its Auto Scaling group',
  },
  { words: /status checks? failure/i, kind: 'aws', text: 'its status checks failed' },
];

const REASONS: Readonly<Record<string, { kind: DepartureKind; text: string }>> = {
  'Server.SpotInstanceTermination': { kind: 'spot', text: 'AWS took the Spot capacity back' },
  'Server.SpotInstanceShutdown': { kind: 'spot', text: 'AWS took the Spot capacity back' },
  'Client.InstanceInitiatedShutdown': { kind: 'itself', text: 'the instance shut itself down' },
  'Client.UserInitiatedShutdown': { kind: 'user', text: 'a user or a tool ended it through the EC2 API' },
  'Client.UserInitiatedHibernate': { kind: 'user', text: 'a user hibernated it' },
  'Client.InternalError': { kind: 'aws', text: 'it failed, often over a volume or its key' },
  'Server.InternalError': { kind: 'aws', text: 'EC2 ended it after an internal error' },
  'Server.ScheduledStop': { kind: 'aws', text: 'EC2 stopped it as scheduled' },
  'Server.InsufficientInstanceCapacity': { kind: 'aws', text: 'EC2 had no capacity for it' },
};

/**
 * Why the instance ended. EC2 calls a termination by its group "user initiated", so the group's activity is asked
 * first; an unread activity leaves the difference open.
 */
export function departureOf(instance: Instance, activity: Fact<GroupActivity>): Departure {
  const evidence = [`EC2: ${instance.state}, reason ${instance.stateReason ?? 'not given'}`];
  const reason = REASONS[instance.stateReason ?? ''];
  if (reason?.kind === 'spot') return { ...reason, confidence: 'certain', evidence };
  if (!activity.known) {
    evidence.push(`Auto Scaling: unknown (${activity.why})`);
    return {
      kind: 'unknown',
      text: reason?.text ?? 'the reason is not known',
      confidence: 'possible',
      evidence,
    };
  }
  if (activity.value !== null) {
    evidence.push(`Auto Scaling: ${activity.value.cause}`);
    const cause = activity.value.cause;
    const told = GROUP_WORDS.find(({ words }) => words.test(cause));
    if (told !== undefined) return { kind: told.kind, text: told.text, confidence: 'likely', evidence };
  }
  if (reason === undefined) {
    return { kind: 'unknown', text: 'the reason is not known', confidence: 'possible', evidence };
  }
  return { ...reason, confidence: reason.kind === 'user' ? 'likely' : 'certain', evidence };
}
