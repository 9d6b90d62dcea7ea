import { type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { Incident, StepRecord } from '../../shared/incident/incident.ts';
import type { Kubernetes, Pod, PodFilter } from '../../shared/ports/kubernetes.ts';
import { controllerOf, firstFew, isReady, type PodNote } from './pods.ts';

/** Where the pods that were on the node are now, by their controllers. */
export interface Elsewhere {
  /** Pods that had to leave the node and had a controller. */
  expected: number;
  ready: number;
  /** Replacements that are not Ready, and why; the first few. */
  pending: string[];
}

/** Lambda's and the API server's clocks may differ by this much. */
const CLOCK_SLACK_MS = 2 * SECOND_MS;

const NOTHING_DRAINED: Elsewhere = { expected: 0, ready: 0, pending: [] };

/** Reads only the kin of the pods that had to move; nothing before one had to. */
export async function readElsewhere(
  kubernetes: Kubernetes,
  incident: Incident,
  at: EpochMs,
): Promise<Fact<Elsewhere>> {
  if (isUncounted(incident))
    return unknown('the pods were not known when the drain was planned', 'ledger', at);
  const drained = movedPods(incident);
  const [first] = drained.pods;
  if (first === undefined) return known(NOTHING_DRAINED, 'no drain yet', at);
  return await readFact('pods of the drained controllers', at, async () => {
    const lists = await Promise.all(filtersFor(drained.pods).map((filter) => kubernetes.listPods(filter)));
    // Births are compared by the API server's own clock.
    const since = drained.since + kubernetes.serverAheadMs();
    return compare({ ...drained, since }, lists.flat());
  });
}

/** Selectors longer than this are split: they travel in a URL. */
const MAX_VALUES = 40;

/** One list for each namespace and label, or the whole namespace where a pod has no label of its controller's. */
export function filtersFor(pods: readonly PodNote[]): PodFilter[] {
  return [...Map.groupBy(pods, ({ namespace }) => namespace)].flatMap(([namespace, inside]) => {
    if (inside.some(({ kin }) => kin === null)) return [{ namespace }];
    const kin = [...new Set(inside.map((pod) => pod.kin ?? ''))].map((label) => label.split('='));
    return [...Map.groupBy(kin, ([name = '']) => name)].flatMap(([name, pairs]) =>
      inChunks(pairs.map(([, value = '']) => value)).map((values) => ({
        namespace,
        labelSelector: `${name} in (${values.join(',')})`,
      })),
    );
  });
}

function inChunks(values: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let from = 0; from < values.length; from += MAX_VALUES)
    chunks.push(values.slice(from, from + MAX_VALUES));
  return chunks;
}

interface Moved {
  pods: PodNote[];
  since: EpochMs;
}

/**
 * The pods that had to move: what the records of the steps that move pods remember from their plan (complete even
 * if a crash lost the step's own counts), and those that went down with the instance.
 */
export function movedPods(incident: Incident): Moved {
  const moves = incident.records.filter(hasMoved);
  const lost = lostPods(incident);
  const noted = moves.flatMap(({ step }) => (step.notes?.['pods'] ?? []) as unknown as PodNote[]);
  const all = [...noted, ...(lost?.pods ?? [])].filter((pod) => pod.ownerUid !== null);
  const byUid = new Map(all.map((pod) => [pod.uid, pod]));
  const starts = [...moves.map((record) => record.startedAt), ...(lost === undefined ? [] : [lost.since])];
  return { pods: [...byUid.values()], since: Math.min(...starts) };
}

/** Pods that were on the node when its instance was found ending; the plan keeps them. */
export function lostPods({ plan }: Incident): Moved | undefined {
  const lost = plan?.keep?.['lost'];
  return lost === undefined || lost === null ? undefined : (lost as unknown as Moved);
}

const RAN = new Set(['running', 'done', 'failed', 'superseded']);
const MOVING = new Set(['drain', 'out-of-service', 'delete-node']);

/** A step that moved pods, also a drain that was stopped half way. */
export function hasMoved({ step, state, memory }: StepRecord): boolean {
  const wasStopped = state === 'refused' && Number(memory?.['sent'] ?? 0) > 0;
  return MOVING.has(step.action) && (RAN.has(state) || wasStopped);
}

/** The pods could not be listed when the step was planned: there is nothing to count against. */
function isUncounted(incident: Incident): boolean {
  return incident.records.some((record) => hasMoved(record) && record.step.notes?.['pods'] === null);
}

/** Counts, per controller, Ready pods born since the drain against the pods that had to move. */
export function compare({ pods, since }: Moved, current: readonly Pod[]): Elsewhere {
  const old = new Set(pods.map((pod) => pod.uid));
  const missing = new Map<string, number>();
  for (const pod of pods) missing.set(ownerUid(pod), (missing.get(ownerUid(pod)) ?? 0) + 1);
  const arrived = new Map<string, number>();
  const waiting: Pod[] = [];
  // One pass: in a storm there are as many pods here as in the cluster.
  for (const pod of current) {
    const owner = controllerOf(pod)?.uid ?? '';
    const isNew =
      missing.has(owner) && !old.has(pod.metadata?.uid ?? '') && bornAt(pod) >= since - CLOCK_SLACK_MS;
    if (!isNew) continue;
    if (isReady(pod)) arrived.set(owner, (arrived.get(owner) ?? 0) + 1);
    else waiting.push(pod);
  }
  const counts = [...missing].map(([uid, count]) => Math.min(count, arrived.get(uid) ?? 0));
  const ready = counts.reduce((sum, count) => sum + count, 0);
  return { expected: pods.length, ready, pending: firstFew(waiting.map(describePending)) };
}

function ownerUid(pod: PodNote): string {
  return pod.ownerUid ?? '';
}

function bornAt(pod: Pod): EpochMs {
  return Date.parse(pod.metadata?.creationTimestamp ?? '');
}

function describePending(pod: Pod): string {
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  const waiting = pod.status?.containerStatuses?.find((status) => status.state?.waiting !== undefined);
  const why =
    scheduled?.status === 'False'
      ? `${scheduled.reason ?? 'not scheduled'}: ${scheduled.message ?? ''}`
      : (waiting?.state?.waiting?.reason ?? 'starting');
  return `${pod.metadata?.namespace}/${pod.metadata?.name}: ${why}`;
}
