import { humanDuration, isoTime, SECOND_MS } from '../../shared/clock.ts';
import type { Outcome, Plan, PlanEnd } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import type { InstanceState } from '../../shared/ports/ec2.ts';
import { findingsOf } from './findings.ts';
import type { Input } from './input.ts';
import { type Notice, noticeOf } from './notice.ts';
import { afterSteps } from './outcome.ts';
import { standDownOf } from './stand-down.ts';
import { ladder } from './steps.ts';

/** How soon an unreachable API server is asked again while the notice runs. */
const RETRY_MS = 5 * SECOND_MS;
/** A plan nobody can start any more is not kept open. */
const NO_NOTICE_EXPIRY_MS = 60 * SECOND_MS;

/** Facts + policy + now → plan. Total: every case of nothing to do is a plan that says why. */
export function playbook(input: Input): Plan {
  const notice = noticeOf(input.incident, input.policy);
  if (notice === undefined) return nothing(input, 'no interruption warning among the signals');
  const acted = input.incident.records.some((record) => ['running', 'done', 'failed'].includes(record.state));
  const why = acted ? undefined : whyNothing(input, notice);
  if (why !== undefined) return nothing(input, why);
  if (!input.facts.node.known && !hasEndedDrain(input)) {
    return holdForControlPlane(input, notice, input.facts.node.why);
  }
  const { steps, reasons } = ladder(input, notice);
  const settled = new Set(
    input.incident.records.filter((record) => record.state !== 'running').map((record) => record.key),
  );
  const open = steps.filter((step) => !settled.has(stepKey(step)));
  return {
    ...base(input, notice),
    steps: open,
    reasons,
    next: afterSteps(input, notice),
  };
}

/** After it, what is left is verification, which has its own time. */
function hasEndedDrain({ incident }: Input): boolean {
  return incident.records.some(({ step, state }) => step.action === 'drain' && state !== 'running');
}

/** What the guards look at. The Node confirms what tags nominate. */
export function guardFacts(input: Input): GuardFacts {
  const { facts, policy, standDownFor, incident } = input;
  const notice = noticeOf(incident, policy);
  const freshUntil = notice?.evictUntil ?? 0;
  return {
    owned: ownedOf(input),
    standDown: standDownOf(facts, standDownFor),
    taken: notice !== undefined,
    gentleRunsInApproveMode: policy.drain.inApproveMode === 'drain',
    freshUntil,
    freshUntilOf: {
      cordon: notice?.historyFrom ?? 0,
      detach: notice?.deadline ?? 0,
      'force-delete': notice?.forceUntil ?? 0,
    },
  };
}

function ownedOf({ facts, incident }: Input): GuardFacts['owned'] {
  const { node, clusterTags } = facts;
  const others = clusterTags.filter((name) => name !== incident.cluster.name);
  if (!node.known) return { is: 'unknown', why: node.why };
  if (node.value === null)
    return { is: 'no', why: `cluster ${incident.cluster.name} has no Node of this instance` };
  if (others.length > 0) return { is: 'no', why: `tags also name cluster ${others.join(', ')}` };
  return { is: 'yes', why: `Node ${node.value.name} of ${incident.cluster.name} has this instance` };
}

/** A hibernating instance is stopping from the first moment: its pods can still be replaced elsewhere. */
const PAST_SAVING: Record<Notice['action'], readonly InstanceState[]> = {
  terminate: ['stopping', 'stopped', 'shutting-down', 'terminated'],
  stop: ['stopping', 'stopped', 'shutting-down', 'terminated'],
  hibernate: ['shutting-down', 'terminated'],
};

function whyNothing({ facts, now }: Input, notice: Notice): string | undefined {
  const { instance, node } = facts;
  const state = instance.known ? instance.value?.state : undefined;
  if (state !== undefined && PAST_SAVING[notice.action].includes(state)) {
    return `the instance is ${state} already: the warning is history`;
  }
  if (now >= notice.historyFrom) {
    return `the warning is ${humanDuration(now - notice.occurredAt)} old: history, nothing left to save`;
  }
  if (node.known && node.value === null)
    return 'no Node in the cluster has this instance: nothing runs on it';
  return undefined;
}

function nothing(input: Input, why: string): Plan {
  const notice = noticeOf(input.incident, input.policy);
  const outcome: Outcome = { kind: 'ignored', summary: `Nothing done: ${why}.`, details: [] };
  return {
    ...base(input, notice),
    severity: 'info',
    steps: [],
    reasons: [why],
    next: { do: 'close', outcome },
  };
}

/** Kubernetes cannot be read: hold and tell people. Draining is never replaced by anything in EC2. */
function holdForControlPlane(input: Input, notice: Notice, why: string): Plan {
  const { now } = input;
  const reasons = [`the cluster cannot be read: ${why}`];
  const outcome: Outcome = {
    kind: 'escalated',
    summary: `The Kubernetes API of ${input.incident.cluster.name} could not be read until the deadline: pods may not have been moved.`,
    details: [
      why,
      'docs/networking.md says how the function reaches the API server and which role it needs.',
    ],
  };
  const next: PlanEnd =
    now < notice.evictUntil
      ? {
          do: 'wait',
          at: Math.min(now + RETRY_MS, notice.evictUntil),
          why: 'the API server may answer again',
        }
      : { do: 'close', outcome };
  return { ...base(input, notice), severity: 'critical', steps: [], reasons, next };
}

function base(
  input: Input,
  notice: Notice | undefined,
): Pick<Plan, 'headline' | 'severity' | 'findings' | 'expiresAt'> {
  const { facts, incident, now } = input;
  const name = facts.node.known && facts.node.value !== null ? facts.node.value.name : incident.subject.id;
  const verb =
    notice?.action === 'stop' ? 'stops' : notice?.action === 'hibernate' ? 'hibernates' : 'reclaims';
  const when = notice === undefined || notice.deadline <= now ? '' : ` at ${isoTime(notice.deadline)}`;
  return {
    headline: `Spot ${verb} node ${name} in ${incident.cluster.name}${when}`,
    severity: 'high',
    findings: notice === undefined ? [] : findingsOf(input, notice),
    expiresAt: notice?.historyFrom ?? now + NO_NOTICE_EXPIRY_MS,
  };
}
