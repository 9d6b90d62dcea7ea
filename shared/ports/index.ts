import type { Clock } from '../clock.ts';
import type { Alarms } from './alarms.ts';
import type { AutoScaling } from './autoscaling.ts';
import type { Durable } from './durable.ts';
import type { Ec2 } from './ec2.ts';
import type { Eks } from './eks.ts';
import type { KubernetesAccess } from './kubernetes.ts';
import type { Queue, Topic } from './messages.ts';
import type { Quotas } from './quotas.ts';
import type { Table } from './table.ts';
import type { Usage } from './usage.ts';
import type { Volumes } from './volumes.ts';

/** Everything the pipeline can touch. A Lambda entry fills it with adapters, the simulator with fakes. */
export interface Ports {
  clock: Clock;
  ec2: Ec2;
  volumes: Volumes;
  eks: Eks;
  autoscaling: AutoScaling;
  quotas: Quotas;
  usage: Usage;
  alarms: Alarms;
  kubernetes: KubernetesAccess;
  table: Table;
  durable: Durable;
  topic: Topic;
  queue: Queue;
}
