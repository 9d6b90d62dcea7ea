import { type EpochMs, isoTime } from '../shared/clock.ts';
import { uuid } from './ids.ts';
import type { SimInstance } from './model.ts';

/** An EventBridge envelope, as it would stand in an SQS body. */
export interface CloudEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  /** Mostly a list; a few events are documented with a plain string. */
  resources: string[] | string;
  detail: Record<string, unknown>;
}

/** Where an instance goes that leaves its group. */
export type HookDestination = 'EC2' | 'WarmPool';

interface TerminateAction {
  group: string;
  hook: string;
  instanceId: string;
  token: string;
  destination: HookDestination;
}

export interface EventScope {
  account: string;
  region: string;
  seed: number;
}

export const NO_CAPACITY = 'There is no Spot capacity available that matches your request.';

type Words = Pick<CloudEvent, 'source' | 'detail-type' | 'resources' | 'detail'>;

/** Writes the events AWS would send, with ids that are the same in every run. */
export class EventWriter {
  readonly #scope: EventScope;
  #count = 0;

  constructor(scope: EventScope) {
    this.#scope = scope;
  }

  interruption(at: EpochMs, instance: SimInstance, action: string): CloudEvent {
    return this.#event(at, {
      source: 'aws.ec2',
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      // This event names the zone where others name region and account.
      resources: [`arn:aws:ec2:${instance.zone}:instance/${instance.id}`],
      detail: { 'instance-id': instance.id, 'instance-action': action },
    });
  }

  rebalance(at: EpochMs, instance: SimInstance): CloudEvent {
    const detail = { 'instance-id': instance.id };
    return this.#ofInstance(at, 'EC2 Instance Rebalance Recommendation', instance, detail);
  }

  /** Capacity Blocks and interruptible reservations name the end themselves. */
  capacityInterruption(
    at: EpochMs,
    endsAt: EpochMs,
    instance: SimInstance,
    isInterruptible: boolean,
  ): CloudEvent {
    const { account, region } = this.#scope;
    const kind = isInterruptible ? 'Interruptible Capacity Reservation' : 'Capacity Reservation';
    return this.#event(at, {
      source: 'aws.ec2',
      'detail-type': `EC2 ${kind} Instance Interruption Warning`,
      resources: `arn:aws:ec2:${region}:${account}:instance/${instance.id}`,
      detail: {
        'instance-id': instance.id,
        'instance-action': 'terminate',
        'instance-termination-time': isoTime(endsAt),
        azId: 'euw1-az1',
      },
    });
  }

  terminateAction(at: EpochMs, action: TerminateAction): CloudEvent {
    return this.#event(at, {
      source: 'aws.autoscaling',
      'detail-type': 'EC2 Instance-terminate Lifecycle Action',
      resources: [this.#groupArn(action.group)],
      detail: {
        LifecycleActionToken: action.token,
        AutoScalingGroupName: action.group,
        LifecycleHookName: action.hook,
        EC2InstanceId: action.instanceId,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        Origin: 'AutoScalingGroup',
        Destination: action.destination,
      },
    });
  }

  stateChange(at: EpochMs, instance: SimInstance): CloudEvent {
    const detail = { 'instance-id': instance.id, state: instance.state };
    return this.#ofInstance(at, 'EC2 Instance State-change Notification', instance, detail);
  }

  launched(at: EpochMs, asg: string, instance: SimInstance): CloudEvent {
    return this.#launch(at, 'EC2 Instance Launch Successful', asg, {
      StatusCode: 'InProgress',
      StatusMessage: '',
      EC2InstanceId: instance.id,
      Details: { 'Availability Zone': instance.zone },
    });
  }

  launchFailed(at: EpochMs, asg: string): CloudEvent {
    return this.#launch(at, 'EC2 Instance Launch Unsuccessful', asg, {
      StatusCode: 'Failed',
      StatusMessage: NO_CAPACITY,
      EC2InstanceId: '',
      Details: {},
    });
  }

  #launch(at: EpochMs, detailType: string, asg: string, detail: Record<string, unknown>): CloudEvent {
    return this.#event(at, {
      source: 'aws.autoscaling',
      'detail-type': detailType,
      resources: [this.#groupArn(asg)],
      detail: { ...detail, AutoScalingGroupName: asg, Origin: 'EC2', Destination: 'AutoScalingGroup' },
    });
  }

  #groupArn(asg: string): string {
    const { account, region } = this.#scope;
    return `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${asg}`;
  }

  #ofInstance(at: EpochMs, type: string, instance: SimInstance, detail: Record<string, unknown>): CloudEvent {
    const { account, region } = this.#scope;
    const resources = [`arn:aws:ec2:${region}:${account}:instance/${instance.id}`];
    return this.#event(at, { source: 'aws.ec2', 'detail-type': type, resources, detail });
  }

  #event(at: EpochMs, words: Words): CloudEvent {
    const { account, region, seed } = this.#scope;
    const id = uuid(seed, 'event', this.#count++);
    return { version: '0', id, account, region, time: isoTime(at), ...words };
  }
}
