import { humanDuration, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Outcome, PlanEnd, Step } from '../../../shared/incident/plan.ts';
import { findingsOf } from '../findings.ts';
import type { Hooks } from '../hooks.ts';
import type { Input } from '../input.ts';
import { ladder } from '../ladder.ts';
import type { Notice } from '../notice.ts';
import { afterSteps, lastMove, withoutMoves } from '../outcome.ts';
import { hasActed } from '../situation.ts';
import { type Draft, headlineOf, nothing } from './draft.ts';

/** How soon an unreachable API server is asked again while the notice runs. */
const RETRY_MS = 5 * SECOND_MS;
/** A hook gives hours: the sweep keeps it waiting meanwhile. */
const HOOK_RETRY_MS = MINUTE_MS;

/** AWS is going to take the node: empty it in the time there is, then let go the hooks that wait for that. */
export function leaving(input: Input, notice: Notice, held: Hooks | null): Draft {
  const { node } = input.facts;
  const about = { headline: headline(input, notice), findings: findingsOf(input, notice) };
  const isAbsent = node.known && node.value === null;
  if (isAbsent && held === null && !hasActed(input)) {
    return nothing(input, about, 'no Node in the cluster has this instance: nothing runs on it');
  }
  if (!node.known && !hasEndedDrain(input)) return holdForControlPlane(input, notice, held, node.why);
  const { steps, reasons } = ladder(input, notice, held);
  const completing = completions(input, notice, held);
  return {
    ...about,
    severity: 'high',
    steps: [...steps, ...completing.steps],
    reasons: [...reasons, ...completing.reasons],
    next: afterSteps(input, () => withoutDrain(input, notice)),
    expiresAt: Math.max(notice.historyFrom, input.now + RETRY_MS),
  };
}

function headline(input: Input, { kind, action, deadline }: Notice): string {
  const verb = { terminate: 'reclaims', stop: 'stops', hibernate: 'hibernates' }[action];
  const happens = {
    spot: `Spot ${verb}`,
    capacity: 'A capacity reservation takes back',
    hook: 'Auto Scaling terminates',
    rebalance: 'Moving off',
  }[kind];
  return headlineOf(input, happens, deadline > input.now && kind !== 'hook' ? deadline : undefined);
}

/** Without its Node nothing can be added, but a drain that had ended keeps its own time. */
function hasEndedDrain({ incident }: Input): boolean {
  return incident.records.some(({ step, state }) => step.action === 'drain' && state !== 'running');
}

/** What a person or a guard did not let happen: then the hook runs into its own timeout. */
const NOT_DRAINED = new Set(['denied', 'expired', 'refused']);

/** Last of all steps; one for each hook. Never for a node that was left undrained on somebody's word. */
function completions(input: Input, notice: Notice, held: Hooks | null): { steps: Step[]; reasons: string[] } {
  if (held === null) return { steps: [], reasons: [] };
  const { incident, now } = input;
  const drain = incident.records.find(
    ({ step, state }) => ['cordon', 'drain'].includes(step.action) && NOT_DRAINED.has(state),
  );
  if (drain !== undefined) {
    const reasons = [`the hook is left to its own timeout: ${drain.step.action} was ${drain.state}`];
    return { steps: [], reasons };
  }
  const isSpoiled = incident.records.some(
    ({ step, state }) => step.action === 'cordon' && state === 'failed',
  );
  if (isSpoiled && now < notice.evictUntil) {
    return {
      steps: [],
      reasons: ['the hook is held until its time is over: the node could not be cordoned'],
    };
  }
  const { id } = incident.subject;
  const steps = held.hooks.map(
    ({ group, name }): Step => ({
      action: 'complete-hook',
      targets: [{ kind: 'instance', id, name: id }],
      goal: { group, hook: name, result: 'CONTINUE' },
      reason: 'the group may go on as soon as the node is empty, or when the time is over',
      answerBy: notice.deadline,
    }),
  );
  return { steps, reasons: [] };
}

function withoutDrain(input: Input, notice: Notice): Outcome {
  const first = input.incident.records[0]?.startedAt ?? notice.deadline;
  const left = humanDuration(Math.max(0, notice.deadline - first));
  return withoutMoves(input, () => `Node cordoned with ${left} left; no pod was moved.`);
}

/** Kubernetes cannot be read: hold and tell people. Draining is never replaced by anything in EC2. */
function holdForControlPlane(input: Input, notice: Notice, held: Hooks | null, why: string): Draft {
  const { now, incident } = input;
  const isOver = now >= notice.evictUntil;
  const retry = notice.kind === 'hook' ? HOOK_RETRY_MS : RETRY_MS;
  const outcome: Outcome = {
    kind: 'escalated',
    summary: `The Kubernetes API of ${incident.cluster.name} could not be read until the deadline: pods may not have been moved.`,
    details: [
      why,
      'docs/networking.md says how the function reaches the API server and which role it needs.',
    ],
  };
  const next: PlanEnd = isOver
    ? { do: 'close', outcome }
    : { do: 'wait', at: Math.min(now + retry, notice.evictUntil), why: 'the API server may answer again' };
  const steps = isOver && lastMove(incident) === undefined ? completions(input, notice, held).steps : [];
  return {
    headline: headline(input, notice),
    findings: findingsOf(input, notice),
    severity: 'critical',
    steps,
    reasons: [`the cluster cannot be read: ${why}`],
    next,
    expiresAt: Math.max(notice.historyFrom, now + RETRY_MS),
  };
}
