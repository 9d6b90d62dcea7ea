import { type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { Incident, StepRecord } from '../../shared/incident/incident.ts';
import type { Kubernetes, Pod } from '../../shared/ports/kubernetes.ts';
import { controllerOf, firstFew, isReady, type PodNote } from './pods.ts';

/** Where the pods that were on the node are now, by their controllers. */
export interface Elsewhere {
  /** Pods that were on the node when the drain was planned and had a controller. */
  expected: number;
  ready: number;
  /** Replacements that are not Ready, and why; the first few. */
  pending: string[];
}

/** Lambda's and the API server's clocks may differ by this much. */
const CLOCK_SLACK_MS = 2 * SECOND_MS;

const NOTHING_DRAINED: Elsewhere = { expected: 0, ready: 0, pending: [] };

/** Reads only the namespaces whose pods we drained; nothing before a drain began. */
export async function readElsewhere(
  kubernetes: Kubernetes,
  incident: Incident,
  at: EpochMs,
): Promise<Fact<Elsewhere>> {
  if (isUncounted(incident))
    return unknown('the pods were not known when the drain was planned', 'ledger', at);
  const drained = drainedPods(incident);
  const [first] = drained.pods;
  if (first === undefined) return known(NOTHING_DRAINED, 'no drain yet', at);
  const namespaces = [...new Set(drained.pods.map((pod) => pod.namespace))];
  return await readFact('pods of the drained controllers', at, async () => {
    const lists = await Promise.all(namespaces.map((namespace) => kubernetes.listPods({ namespace })));
    return compare(drained, lists.flat());
  });
}

interface Drained {
  pods: PodNote[];
  since: EpochMs;
}

/** What the drain's record remembers from its plan: complete even if a crash lost the drain's own counts. */
export function drainedPods(incident: Incident): Drained {
  const drains = incident.records.filter(hasDrained);
  const noted = drains.flatMap(({ step }) => (step.notes?.['pods'] ?? []) as unknown as PodNote[]);
  const byUid = new Map(noted.filter((pod) => pod.ownerUid !== null).map((pod) => [pod.uid, pod]));
  return { pods: [...byUid.values()], since: Math.min(...drains.map((record) => record.startedAt)) };
}

const RAN = new Set(['running', 'done', 'failed']);

/** A drain that moved pods, also one that was stopped half way. */
export function hasDrained({ step, state, memory }: StepRecord): boolean {
  const wasStopped = state === 'refused' && Number(memory?.['sent'] ?? 0) > 0;
  return step.action === 'drain' && (RAN.has(state) || wasStopped);
}

/** The pods could not be listed when the drain was planned: there is nothing to count against. */
function isUncounted(incident: Incident): boolean {
  return incident.records.some((record) => hasDrained(record) && record.step.notes?.['pods'] === null);
}

/** Counts, per controller, Ready pods born since the drain against the pods that had to move. */
export function compare({ pods, since }: Drained, current: readonly Pod[]): Elsewhere {
  const old = new Set(pods.map((pod) => pod.uid));
  const born = current.filter(
    (pod) => !old.has(pod.metadata?.uid ?? '') && bornAt(pod) >= since - CLOCK_SLACK_MS,
  );
  const missing = new Map<string, number>();
  for (const pod of pods) missing.set(ownerUid(pod), (missing.get(ownerUid(pod)) ?? 0) + 1);
  let ready = 0;
  for (const [uid, count] of missing) {
    const arrived = born.filter((pod) => controllerOf(pod)?.uid === uid && isReady(pod)).length;
    ready += Math.min(count, arrived);
  }
  const waiting = born.filter((pod) => missing.has(controllerOf(pod)?.uid ?? '') && !isReady(pod));
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
