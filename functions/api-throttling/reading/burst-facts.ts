import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import { type Fact, unknown } from '../../../shared/fact.ts';
import { inPool } from '../../../shared/pipeline/pool.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { ClusterRef, Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import { safeName } from '../attribution/text.ts';
import type { Group } from '../groups.ts';
import { type ClusterUsage, readClusterUsage } from '../quota/usage.ts';
import { type ClusterNodes, follow } from './cluster-nodes.ts';
import { createdAt, type GroupLaunches, readLaunches } from './launches.ts';
import { type PodFailures, readPodFailures, type Window } from './pod-failures.ts';

/** What else happened in a cluster in the minutes of the strongest throttling, each part as it was read. */
export interface BurstFacts {
  window: Window;
  nodes: Fact<NodeArrivals>;
  /** Null: the cluster has no Karpenter. */
  claims: Fact<ClaimArrivals | null>;
  launches: Fact<GroupLaunches[]>;
  sandbox: Fact<PodFailures>;
  pulls: Fact<PodFailures>;
  waiting: Fact<WaitingPods>;
  apiServer: ClusterUsage;
}

export interface NodeArrivals {
  /** Nodes of the cluster. */
  all: number;
  /** When those of the window registered, oldest first. */
  times: EpochMs[];
}

export interface ClaimArrivals {
  times: EpochMs[];
  /** Of these, those without a Node. */
  withoutNode: number;
  /** NodePools that they are of, as safe names. */
  pools: string[];
}

/** Pods that are on a node and do not run, on some of the window's nodes. */
export interface WaitingPods {
  nodes: number;
  pods: number;
}

type Reading = Pick<Ports, 'autoscaling' | 'usage'> &
  ClusterNodes & { cluster: ClusterRef; at: EpochMs; peakAt: EpochMs; group: Pick<Group, 'rows'> };

/** Before and after the strongest throttling: longer ago is no part of the same burst. */
export const AROUND_MS = 10 * MINUTE_MS;
/** Nodes whose pods are looked at: one request to the API server each. */
export const MAX_SAMPLE = 5;
const PARALLEL = 4;
const PULL_QPS = 'pull QPS exceeded';

/**
 * At most `MAX_SAMPLE` + 3 requests to the API server, `MAX_GROUPS` + 1 to Auto Scaling and two to CloudWatch; none to
 * EC2, and none to Auto Scaling where that is what AWS throttles. Pages not counted.
 */
export async function readBurstFacts(reading: Reading): Promise<BurstFacts> {
  const { connected, nodes, usage, cluster, at, peakAt } = reading;
  const window = { from: peakAt - AROUND_MS, to: Math.min(at, peakAt + AROUND_MS) };
  const [claims, sandbox, pulls, launches, waiting, apiServer] = await Promise.all([
    follow(connected, 'NodeClaims', (api) => claimsIn(api, window)),
    follow(connected, 'Events FailedCreatePodSandBox', (api) =>
      readPodFailures(api, window, { reason: 'FailedCreatePodSandBox' }),
    ),
    follow(connected, 'Events Failed', (api) =>
      readPodFailures(api, window, { reason: 'Failed', text: PULL_QPS }),
    ),
    launchesIn(reading, window),
    waitingPods(reading, window),
    readClusterUsage(usage, { cluster: cluster.name, window }, at),
  ]);
  const arrived = await follow(nodes, 'Nodes', async (all) => ({
    all: all.length,
    times: timesIn(createdTimes(all, connected), window),
  }));
  return { window, nodes: arrived, claims, launches, sandbox, pulls, waiting, apiServer };
}

async function claimsIn(api: Kubernetes, window: Window): Promise<ClaimArrivals | null> {
  try {
    const claims = await api.listNodeClaims();
    const ahead = api.serverAheadMs();
    const young = claims
      .map((claim) => ({ ...claim, at: createdAt(claim) - ahead }))
      .filter(({ at }) => isIn(at, window));
    const pools = young.flatMap(({ metadata }) => metadata.labels?.['karpenter.sh/nodepool'] ?? []);
    return {
      times: timesIn(
        young.map(({ at }) => at),
        window,
      ),
      withoutNode: young.filter(({ status }) => status?.nodeName === undefined).length,
      pools: [...new Set(pools.map(safeName))],
    };
  } catch (error) {
    if (isFailure(error, 'not-found')) return null;
    throw error;
  }
}

async function launchesIn(
  { autoscaling, nodes, group, at }: Reading,
  window: Window,
): Promise<Fact<GroupLaunches[]>> {
  const source = 'Auto Scaling activities';
  if (group.rows.some(({ call }) => call.service === 'autoscaling')) {
    return unknown('AWS throttles Auto Scaling, so it is not asked', source, at);
  }
  return await follow(nodes, source, (all) => readLaunches(autoscaling, all, window));
}

async function waitingPods({ connected, nodes }: Reading, window: Window): Promise<Fact<WaitingPods>> {
  const source = 'Pods of the new nodes';
  if (!connected.known) return { ...connected, source };
  return await follow(nodes, source, async (all) => {
    const ahead = connected.value.serverAheadMs();
    const sample = all.filter((node) => isIn(createdAt(node) - ahead, window)).slice(0, MAX_SAMPLE);
    const counts: number[] = [];
    await inPool(sample, PARALLEL, async (node) => {
      counts.push(await pendingOn(connected.value, node));
    });
    return { nodes: sample.length, pods: counts.reduce((sum, count) => sum + count, 0) };
  });
}

async function pendingOn(api: Kubernetes, { metadata }: Node): Promise<number> {
  const pods = await api.listPods({ nodeName: metadata?.name ?? '' });
  return pods.filter(({ status }) => status?.phase === 'Pending').length;
}

/** By our clock: the API server writes them by its own. */
function createdTimes(nodes: readonly Node[], connected: Fact<Kubernetes>): EpochMs[] {
  const ahead = connected.known ? connected.value.serverAheadMs() : 0;
  return nodes.map((node) => createdAt(node) - ahead);
}

function timesIn(times: readonly EpochMs[], window: Window): EpochMs[] {
  return times.filter((time) => isIn(time, window)).toSorted((left, right) => left - right);
}

function isIn(time: EpochMs, { from, to }: Window): boolean {
  return time >= from && time <= to;
}
