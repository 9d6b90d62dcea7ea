import { type EpochMs, isoTime } from '../shared/clock.ts';
import type { ScalingActivity } from '../shared/ports/autoscaling.ts';

/** One page of DescribeScalingActivities. */
const PAGE = 100;

/** From and to which desired capacity. */
export interface CapacityChange {
  from: number;
  to: number;
}

/** What a group did, in the words of the API. */
export class ActivityLog {
  readonly #activities: ScalingActivity[] = [];
  readonly #unfinished = new Map<string, ScalingActivity>();

  /** The newest page, newest first. */
  newest(): ScalingActivity[] {
    return this.#activities
      .slice(-PAGE)
      .toReversed()
      .map((activity) => ({ ...activity }));
  }

  /** About one instance, until `finish`. */
  begin(at: EpochMs, instanceId: string, description: string, cause: string): void {
    const activity = this.#add(at, 'InProgress', `${description}: ${instanceId}`, cause);
    this.#unfinished.set(instanceId, activity);
  }

  waitsForHooks(instanceId: string, waits: boolean): void {
    const activity = this.#unfinished.get(instanceId);
    if (activity !== undefined) activity.status = waits ? 'MidLifecycleAction' : 'InProgress';
  }

  finish(instanceId: string): void {
    const activity = this.#unfinished.get(instanceId);
    if (activity !== undefined) activity.status = 'Successful';
    this.#unfinished.delete(instanceId);
  }

  launchFailed(at: EpochMs, why: string, cause: string): void {
    this.#add(at, 'Failed', `Launching a new EC2 instance.  Status Reason: ${why}`, cause);
  }

  #add(startedAt: EpochMs, status: string, description: string, cause: string): ScalingActivity {
    const activity = { startedAt, status, description, cause };
    this.#activities.push(activity);
    return activity;
  }
}

export const LAUNCHING = 'Launching a new EC2 instance';
export const TERMINATING = 'Terminating EC2 instance';
export const DETACHING = 'Detaching EC2 instance';
export const TO_WARM_POOL = 'Moving EC2 instance to warm pool';

export const HEALTH_CHECK = 'an EC2 health check indicating it has been terminated or stopped';
export const STATUS_CHECKS = 'an EC2 instance status checks failure';
export const REBALANCE = 'an EC2 instance rebalance recommendation';

/** Who asks for another capacity when nobody says. */
export const BY_USER = 'a user request explicitly set group desired capacity';

/** `by`: an alarm, a schedule, a person, as the API writes it. */
export function capacityCause(at: EpochMs, by: string, { from, to }: CapacityChange): string {
  return `At ${isoTime(at)} ${by} changing the desired capacity from ${from} to ${to}.`;
}

export function shrinkCause(at: EpochMs, by: string, change: CapacityChange, instanceId: string): string {
  const shrinking = `shrinking the capacity from ${change.from} to ${change.to}`;
  return [
    capacityCause(at, by, change),
    `At ${isoTime(at)} an instance was taken out of service in response to a difference between desired and actual capacity, ${shrinking}.`,
    `At ${isoTime(at)} instance ${instanceId} was selected for termination.`,
  ].join('  ');
}

export function growCause(at: EpochMs, { from, to }: CapacityChange): string {
  const growing = `increasing the capacity from ${from} to ${to}`;
  return `At ${isoTime(at)} an instance was started in response to a difference between desired and actual capacity, ${growing}.`;
}

export function startedCause(at: EpochMs, why: string): string {
  return `At ${isoTime(at)} an instance was started in response to ${why}.`;
}

export function outOfServiceCause(at: EpochMs, why: string): string {
  return `At ${isoTime(at)} an instance was taken out of service in response to ${why}.`;
}

/** TerminateInstanceInAutoScalingGroup; without a change the group replaces the instance. */
export function userTerminationCause(at: EpochMs, change?: CapacityChange): string {
  if (change === undefined) return outOfServiceCause(at, 'a user request');
  return outOfServiceCause(at, `a user request, shrinking the capacity from ${change.from} to ${change.to}`);
}

export function detachCause(at: EpochMs, instanceId: string): string {
  return `At ${isoTime(at)} instance ${instanceId} was detached in response to a user request.`;
}
