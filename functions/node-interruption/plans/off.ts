import { type EpochMs, HOUR_MS, isoTime, SECOND_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { nodeTarget, podNotes } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';
import type { PodSummary } from '../pods.ts';
import type { Situation } from '../situation.ts';

type Ended = Extract<Situation, { is: 'ended' }>;

const LOOK_AGAIN_MS = 20 * SECOND_MS;
/** A dead kubelet's Node still reads Ready for up to 40 s. */
const LEASE_LOOK_MS = 10 * SECOND_MS;

/** What is to be done to the Node of a machine that is off, or when to look again. */
export type Work = { steps: Step[]; why: string } | { wait: EpochMs; why: string };

/** The Node of a terminated instance. The cloud controller removes it by itself in most cases. */
export function ghost(input: Input, { since }: Ended, node: NodeSummary): Work {
  const { now, policy, facts } = input;
  const isBegun = input.incident.records.some(({ step }) => CLEARING.includes(step.action));
  const due = since + policy.stateChange.nodeGrace;
  if (!isBegun && now < due) {
    return {
      wait: Math.min(due, now + LOOK_AGAIN_MS),
      why: `the cloud controller has until ${isoTime(due)} to remove the Node`,
    };
  }
  const isClear = facts.attached.known && facts.attached.value === 0;
  const clearing = isClear && !isBegun ? [] : [outOfService(input, node, since)];
  const wanted = policy.stateChange.outOfService ? clearing : [];
  const removal: Step = {
    action: 'delete-node',
    targets: [nodeTarget(node)],
    goal: { instance: input.incident.subject.id, state: 'terminated' },
    reason: 'its instance is terminated: the Node can never be Ready again',
    notes: { pods: podNotes(input) },
    answerBy: due + HOUR_MS,
  };
  return { steps: [...wanted, removal], why: 'the instance is terminated and its Node is still there' };
}

const CLEARING = ['out-of-service', 'back-in-service', 'delete-node'];

/** The Node of a stopped instance stays; what hangs on it must not. */
export function stopped(input: Input, { since, instance }: Ended, node: NodeSummary): Work {
  const { now, policy, facts, incident } = input;
  const release = lifting(input, node);
  const begun = incident.records.some(({ step }) => step.action === 'out-of-service');
  if (begun) return { steps: [outOfService(input, node, since), ...release], why: 'the instance is stopped' };
  if (isHibernated(input, instance)) {
    return {
      steps: [],
      why: 'the instance is hibernated: its memory still owns its volumes, so they are left to it',
    };
  }
  if (!policy.stateChange.outOfService) return { steps: [], why: 'stateChange.outOfService is false' };
  const isEmpty = facts.pods.known && movablePods(input).length === 0;
  if (isEmpty && facts.attached.known && facts.attached.value === 0) {
    return { steps: release, why: 'no pod and no volume hangs on the stopped node' };
  }
  if (node.ready)
    return { wait: now + LEASE_LOOK_MS, why: 'EC2 says stopped, but the Node still reads Ready' };
  return {
    steps: [outOfService(input, node, since), ...release],
    why: 'pods or volumes hang on a stopped node',
  };
}

function isHibernated({ incident }: Input, { hibernates, stateReason }: Ended['instance']): boolean {
  const isTold = incident.signals.some(({ data }) => data['action'] === 'hibernate');
  return isTold || hibernates === true || stateReason === 'Client.UserInitiatedHibernate';
}

function outOfService(input: Input, node: NodeSummary, since: EpochMs): Step {
  const known = input.incident.records.find(({ step }) => step.action === 'out-of-service');
  if (known !== undefined) return known.step;
  return {
    action: 'out-of-service',
    targets: [nodeTarget(node)],
    goal: {
      instance: input.incident.subject.id,
      emptyDir: input.policy.drain.emptyDir,
      within: input.policy.stateChange.clearWithin,
    },
    reason:
      'Kubernetes removes its pods and detaches its volumes at once instead of after six minutes or never',
    notes: { pods: podNotes(input) },
    answerBy: since + input.policy.stateChange.nodeGrace + HOUR_MS,
  };
}

/** Whatever became of it, a mark of ours does not stay. */
function lifting(input: Input, node: NodeSummary): Step[] {
  const { incident } = input;
  const begun = incident.records.find(({ step }) => step.action === 'out-of-service');
  const isOver = begun !== undefined && begun.state !== 'running';
  return isOver && node.outOfServiceFor === incident.id ? [backInService(input, node)] : [];
}

export function backInService({ incident, now }: Input, node: NodeSummary): Step {
  return {
    action: 'back-in-service',
    targets: [nodeTarget(node)],
    // Each taint is taken off once.
    goal: { outOfService: false, of: taintedAt(incident) },
    reason: 'the node may come back, and must then be usable',
    answerBy: now + HOUR_MS,
  };
}

function taintedAt({ records }: Input['incident']): number {
  const tainted = records.findLast(({ step }) => step.action === 'out-of-service');
  return Number(tainted?.memory?.['startedAt'] ?? tainted?.startedAt ?? 0);
}

export function movablePods({ facts }: Input): PodSummary[] {
  return facts.pods.known ? facts.pods.value.evictable : [];
}
