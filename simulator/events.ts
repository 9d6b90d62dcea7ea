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
  resources: string[];
  detail: Record<string, unknown>;
}

export interface EventScope {
  account: string;
  region: string;
  seed: number;
}

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
      StatusMessage: 'There is no Spot capacity available that matches your request.',
      EC2InstanceId: '',
      Details: {},
    });
  }

  #launch(at: EpochMs, detailType: string, asg: string, detail: Record<string, unknown>): CloudEvent {
    const { account, region } = this.#scope;
    return this.#event(at, {
      source: 'aws.autoscaling',
      'detail-type': detailType,
      resources: [`arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${asg}`],
      detail: { ...detail, AutoScalingGroupName: asg, Origin: 'EC2', Destination: 'AutoScalingGroup' },
    });
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
