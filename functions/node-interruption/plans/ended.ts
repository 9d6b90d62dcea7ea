import { type EpochMs, HOUR_MS, isoTime, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { departureOf } from '../departure.ts';
import { lostPods } from '../elsewhere.ts';
import { departureFindings } from '../findings.ts';
import type { Input } from '../input.ts';
import { nodeTarget, podNotes } from '../ladder.ts';
import type { NodeSummary } from '../node-summary.ts';
import { afterSteps, isLetGo, lastMove, withoutMoves } from '../outcome.ts';
import { hasActed, type Situation } from '../situation.ts';
import { type About, type Draft, idle, nameOf, nothing } from './draft.ts';
import { unreadable } from './unreadable.ts';

type Ended = Extract<Situation, { is: 'ended' }>;
type Ending = Extract<Situation, { is: 'ending' }>;

const LOOK_AGAIN_MS = 20 * SECOND_MS;
/** A dead kubelet's Node still reads Ready for up to 40 s. */
const LEASE_LOOK_MS = 10 * SECOND_MS;
/** EC2 may take long to stop or end a machine; beyond this a person should look. */
const STUCK_MS = 30 * MINUTE_MS;

/** EC2 is taking the machine down. Nothing can be moved any more: wait for the end, remember what was on it. */
export function ending(input: Input, situation: Ending): Draft {
  const about = aboutOf(input, situation);
  if (lastMove(input.incident) !== undefined || isLetGo(input.incident)) return settling(input, about);
  const { now } = input;
  const why = `EC2 says ${situation.state}: too late to move pods, what hangs on the node is freed when it is off`;
  if (now >= situation.since + STUCK_MS) {
    const summary = `The instance has been ${situation.state} for more than 30 minutes.`;
    return idle(input, about, why, { do: 'close', outcome: { kind: 'escalated', summary, details: [] } });
  }
  return remember(input, situation, idle(input, about, why, { do: 'wait', at: now + LOOK_AGAIN_MS, why }));
}

/** EC2 says that the machine is off: free what hangs on its Node, remove the Node of one that will not come back. */
export function ended(input: Input, situation: Ended): Draft {
  const { node } = input.facts;
  const about = aboutOf(input, situation);
  if (!node.known) return remember(input, situation, unreadable(input, about, 'The cluster', node.why));
  if (node.value === null) return settling(input, about);
  const work =
    situation.state === 'terminated'
      ? ghost(input, situation, node.value)
      : stopped(input, situation, node.value);
  if ('wait' in work) {
    return remember(
      input,
      situation,
      idle(input, about, work.why, { do: 'wait', at: work.wait, why: work.why }),
    );
  }
  if (
    work.steps.length === 0 &&
    lastMove(input.incident) === undefined &&
    lostPods(input.incident) === undefined
  ) {
    return nothing(input, about, work.why);
  }
  return remember(input, situation, {
    ...about,
    severity: 'high',
    steps: work.steps,
    reasons: [work.why],
    next: afterSteps(input, () => withoutMoves(input, () => work.why)),
    expiresAt: input.now + HOUR_MS,
  });
}

/** The end of a machine with nothing on it is everyday business: recorded, not announced. */
function aboutOf(input: Input, situation: Ended | Ending): About {
  const departure = departureOf(situation.instance, input.facts.activity);
  const { plan } = input.incident;
  const findings = departureFindings(input, departure);
  // Once something was done, or its Node is gone, people know the incident by what it began with.
  if (plan !== undefined && (hasActed(input) || isGone(input))) {
    const earlier = plan.findings.filter(({ cause }) => cause !== departure.text);
    return {
      headline: plan.headline,
      findings: [...earlier, ...findings],
      ...(plan.quiet && { quiet: true }),
    };
  }
  const verb = { stopping: 'is stopping', stopped: 'has stopped' }[situation.state as string] ?? 'is ending';
  const isQuiet = lostPods(input.incident) === undefined && movable(input).length === 0;
  const headline = `Node ${nameOf(input)} in ${input.incident.cluster.name} ${verb}: ${departure.text}`;
  return { headline, findings, ...(isQuiet && { quiet: true }) };
}

function isGone({ facts }: Input): boolean {
  return facts.node.known && facts.node.value === null;
}

function movable({ facts }: Input) {
  return facts.pods.known ? facts.pods.value.evictable : [];
}

type Work = { steps: Step[]; why: string } | { wait: EpochMs; why: string };

/** The Node of a terminated instance. The cloud controller removes it by itself in most cases. */
function ghost(input: Input, { since }: Ended, node: NodeSummary): Work {
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
function stopped(input: Input, { since, instance }: Ended, node: NodeSummary): Work {
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
  const isEmpty = facts.pods.known && movable(input).length === 0;
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
  const known = incident.records.find(({ step }) => step.action === 'back-in-service');
  if (known !== undefined) return known.step;
  return {
    action: 'back-in-service',
    targets: [nodeTarget(node)],
    goal: { outOfService: false },
    reason: 'the node may come back, and must then be usable',
    answerBy: now + HOUR_MS,
  };
}

function settling(input: Input, about: About): Draft {
  const isDealtWith = hasActed(input) || lostPods(input.incident) !== undefined;
  if (!isDealtWith) return nothing(input, about, 'the Node is gone with its instance');
  const why = 'the Node is gone with its instance';
  return {
    ...idle(
      input,
      about,
      why,
      afterSteps(input, () => withoutMoves(input, () => why)),
    ),
    severity: 'high',
  };
}

/**
 * When the end was found, and the pods that were on the node then: verification counts them when nothing else
 * moved them.
 */
function remember(input: Input, { is, since }: Ended | Ending, draft: Draft): Draft {
  const keep = { [is]: since, ...draft.keep };
  const isKnown = keep['lost'] !== undefined || lastMove(input.incident) !== undefined;
  const { pods } = input.facts;
  if (isKnown || !pods.known || pods.value.evictable.length === 0) return { ...draft, keep };
  const lost = { pods: podNotes(input), since: input.now } as unknown as Json;
  return { ...draft, keep: { ...keep, lost } };
}
