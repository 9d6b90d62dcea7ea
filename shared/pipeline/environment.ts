import type { People } from '../config/people.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Ports } from '../ports/index.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';

/** What a function instance knows besides its event. Built once per instance. */
export interface Environment {
  ports: Ports;
  log: Log;
  metrics: Metrics;
  /** The effective policy for a cluster and trouble now; falls back to observe, never throws. */
  policyFor(cluster: ClusterRef, trouble: string): Promise<TroublePolicy>;
  /** Who is told, where and how; falls back to nobody, never throws. */
  people(): Promise<People>;
  /** Names of the clusters in the config; globs are no names. */
  configuredClusters(): Promise<string[]>;
  /** The account and region this deployment looks after. Events that claim another are not ours. */
  home: { account: string; region: string };
  /** Which function remediates a trouble: a qualified (alias) name or ARN. */
  remediateFunction(trouble: string): string;
}
