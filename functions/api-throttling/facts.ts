import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import { type Fact, readFact, unknown } from '../../shared/fact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { isAwsItself } from './advice.ts';
import type { Group } from './groups.ts';
import { LOOK_BACK_MS } from './news.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import { type BurstFacts, readBurstFacts } from './reading/burst-facts.ts';
import { type ClusterNodes, readClusterNodes } from './reading/cluster-nodes.ts';
import { type CniFacts, readCniFacts } from './reading/cni-facts.ts';
import {
  type LimitFacts,
  type RequestFacts,
  readLimitFacts,
  readRequestFacts,
} from './reading/limit-facts.ts';
import { takeRead } from './reads.ts';
import { readRows } from './rows.ts';
import { causesOf, groupOf, strongestOf } from './situation.ts';
import type { RateRow } from './window.ts';

/** Everything the playbook may know, each part with its source and time. */
export interface ApiThrottlingFacts {
  /** Throttled calls of the account and region, all callers, by minute. */
  rows: Fact<RateRow[]>;
  /** The cluster's own numbers; null: the incident is not about the VPC CNI of a cluster. */
  cni: Fact<CniFacts> | null;
  /** Of the APIs that are throttled most; none where AWS itself calls on limits of its own. */
  limits: Fact<LimitFacts[]>;
  /** What else happened in the cluster in the same minutes; null: the incident is about the account. */
  burst: Fact<BurstFacts> | null;
  /** The quota requests that the incident follows. */
  requests: RequestFacts[];
}

/** Rows are read back to where the trouble began, if that is not longer ago. */
const MAX_BACK_MS = HOUR_MS;

/**
 * Reads the ledger, and what the advice needs: that for a few incidents a minute, whatever the number of incidents,
 * because what is being throttled must not be asked more.
 */
export async function gather(input: GatherInput<ApiThrottlingPolicy>): Promise<ApiThrottlingFacts> {
  const { ports, incident, policy } = input;
  const now = ports.clock.now();
  const rows = await rowsOf(input, now);
  const requests = await readRequestFacts({ quotas: ports.quotas, at: now }, incident);
  // What is under way is looked after, whatever else reads.
  const isActing = incident.records.some(({ state }) => state === 'running');
  const refusal = isActing ? undefined : await whyNoAdvice(ports, rows, now);
  const isOfCluster = incident.cluster.name !== ACCOUNT_SCOPE;
  if (refusal !== undefined) {
    const burst = isOfCluster ? refusal : null;
    return { rows, cni: isOfCni(incident) ? refusal : null, limits: refusal, burst, requests };
  }
  const group = rows.known ? groupOf(rows.value, incident, policy.rate) : undefined;
  const seen = isOfCluster ? await readClusterNodes(ports, incident.cluster, now) : undefined;
  return {
    rows,
    cni: isOfCni(incident)
      ? await readFact('the cluster', now, () =>
          readCniFacts({ ...ports, cluster: incident.cluster, at: now, ...(seen && { seen }) }),
        )
      : null,
    limits: await readFact('the limits', now, async () =>
      group === undefined || isAwsItself(incident.subject.id)
        ? []
        : await readLimitFacts({ ...ports, at: now }, group),
    ),
    burst: seen === undefined ? null : await burstOf(input, { ...seen, group, isActing }, now),
    requests,
  };
}

async function rowsOf(
  { ports, incident, policy }: GatherInput<ApiThrottlingPolicy>,
  now: EpochMs,
): Promise<Fact<RateRow[]>> {
  const { account, region } = incident.cluster;
  const needed = now - policy.rate.quietFor - policy.rate.window - 2 * MINUTE_MS;
  const from = Math.min(needed, Math.max(now - MAX_BACK_MS, incident.openedAt - LOOK_BACK_MS));
  return await readFact('CloudTrail, counted in the ledger', now, () =>
    readRows(ports.table, { account, region }, from, now + 5 * MINUTE_MS),
  );
}

async function burstOf(
  { ports, incident, policy }: GatherInput<ApiThrottlingPolicy>,
  { group, isActing, ...seen }: ClusterNodes & { group: Group | undefined; isActing: boolean },
  now: EpochMs,
): Promise<Fact<BurstFacts>> {
  const source = 'the same minutes in the cluster';
  if (group === undefined) return unknown('the counts were not read', source, now);
  if (isActing) return unknown('a change is under way, which is all that is looked after', source, now);
  const { at: peakAt } = strongestOf(group, policy.rate, now);
  return await readFact(source, now, () =>
    readBurstFacts({ ...ports, ...seen, cluster: incident.cluster, at: now, peakAt, group }),
  );
}

function isOfCni(incident: Incident): boolean {
  return incident.cluster.name !== ACCOUNT_SCOPE && causesOf(incident).includes('vpc-cni');
}

/** Undefined when this look may read. */
async function whyNoAdvice(
  ports: Ports,
  rows: Fact<unknown>,
  now: EpochMs,
): Promise<Fact<never> | undefined> {
  const source = 'reads for advice';
  if (!rows.known) return unknown('the counts were not read', source, now);
  const taken = await readFact(source, now, () => takeRead(ports, 'advice'));
  if (!taken.known) return taken;
  return taken.value
    ? undefined
    : unknown('this minute’s reads went to other incidents; it is read at the next look', source, now);
}
