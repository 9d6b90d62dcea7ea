import type { Clock } from '../clock.ts';
import type { People } from '../config/people.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Environment } from '../pipeline/environment.ts';
import type { Charts } from '../ports/charts.ts';
import type { Ports } from '../ports/index.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { HintQueue } from '../ports/notifier.ts';
import type { PeoplePorts } from '../ports/people.ts';
import type { Table } from '../ports/table.ts';
import type { Picture } from './deliver-chart.ts';
import type { Sender } from './deliver-sender.ts';
import type { ActionRisk } from './slack/view.ts';

/** The ways to people, and who draws for them. */
export type TellingPorts = Pick<PeoplePorts, 'slack' | 'webhook'> & { charts: Charts };

/** What the notifier knows and may touch: the ledger, its own queue, Slack, and pictures of metrics. Nothing of any cluster. */
export interface NotifierEnvironment extends TellingPorts {
  clock: Clock;
  table: Table;
  hints: HintQueue;
  log: Log;
  metrics: Metrics;
  people(): Promise<People>;
  policyFor(
    cluster: ClusterRef,
    trouble: string,
  ): Promise<Pick<TroublePolicy, 'mode' | 'modeRule' | 'configHash' | 'approvers'>>;
  /** By name of action. */
  risks: Readonly<Record<string, ActionRisk>>;
}

/** What the notifier needs of a whole environment, and Slack beside it. */
export function notifierEnvironment(
  environment: Pick<Environment, 'log' | 'metrics' | 'people' | 'policyFor'> & {
    ports: Pick<Ports, 'clock' | 'table'>;
  },
  { slack, webhook, charts }: TellingPorts,
  hints: HintQueue,
  risks: NotifierEnvironment['risks'],
): NotifierEnvironment {
  const { ports, log, metrics } = environment;
  return {
    clock: ports.clock,
    table: ports.table,
    hints,
    slack,
    webhook,
    charts,
    log,
    metrics,
    people: () => environment.people(),
    policyFor: (cluster, trouble) => environment.policyFor(cluster, trouble),
    risks,
  };
}

/** One channel, held by us. */
export interface Delivery {
  environment: NotifierEnvironment;
  ledger: Ledger;
  channel: string;
  people: People;
  sender: Sender;
  /** Left to draw once nothing else is due here. */
  pictures: Picture[];
  /** False: what is left is told by somebody else. */
  isOnTime(): boolean;
}
