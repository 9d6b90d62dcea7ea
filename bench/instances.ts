import type { CloudEvent } from '../simulator/events.ts';
import { instanceId, uuid } from '../simulator/ids.ts';
import { HOME } from './setup.ts';

const SEED = 7;

/** Ids of machines, the same in every run; `kind` keeps sets of them apart. */
export function idsOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => instanceId(SEED, kind, index));
}

interface Words {
  source: string;
  'detail-type': string;
  detail: Record<string, string>;
}

export function stateChange(id: string, state: string): Words {
  const detail = { 'instance-id': id, state };
  return { source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail };
}

export function spotWarning(id: string): Words {
  const detail = { 'instance-id': id, 'instance-action': 'terminate' };
  return { source: 'aws.ec2', 'detail-type': 'EC2 Spot Instance Interruption Warning', detail };
}

/** As EventBridge delivers it; its id follows from `serial`. */
export function cloudEvent(words: Words, serial: number, time: string): CloudEvent {
  const { account, region } = HOME;
  const resources = [`arn:aws:ec2:${region}:${account}:instance/${words.detail['instance-id'] ?? ''}`];
  return { version: '0', id: uuid(SEED, 'bench', serial), account, region, time, resources, ...words };
}
