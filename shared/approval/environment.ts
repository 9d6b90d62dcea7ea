import type { Clock } from '../clock.ts';
import type { People } from '../config/people.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { Log } from '../log.ts';
import type { Durable } from '../ports/durable.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Secrets } from '../ports/slack.ts';
import type { Table } from '../ports/table.ts';

/** What the endpoint knows and may touch: nothing of AWS but the ledger, one secret and the wake of a run. */
export interface ApprovalEnvironment {
  clock: Clock;
  table: Table;
  durable: Pick<Durable, 'wake'>;
  secrets: Secrets;
  log: Log;
  people(): Promise<Pick<People, 'slack'>>;
  policyFor(cluster: ClusterRef, trouble: string): Promise<Pick<TroublePolicy, 'approvers' | 'approvals'>>;
  /** Tells the person who clicked, and nobody else. May fail. */
  reply(responseUrl: string, text: string): Promise<void>;
}
