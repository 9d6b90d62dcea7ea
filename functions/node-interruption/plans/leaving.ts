import { humanDuration, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Outcome, PlanEnd, Step } from '../../../shared/incident/plan.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { emptyingOf } from '../emptying.ts';
import { findingsOf } from '../findings.ts';
import type { Hooks } from '../hooks.ts';
import type { Input } from '../input.ts';
import { ladder } from '../ladder.ts';
import type { Notice } from '../notice.ts';
import { afterSteps, openRaise, withoutMoves } from '../outcome.ts';
import { hasActed } from '../situation.ts';
import { type Draft, headlineOf, nothing } from './draft.ts';
import { hookPlan } from './held.ts';
import { releaseStep } from './release-step.ts';

/** How soon an unreachable API server is asked again while the notice runs. */
const RETRY_MS = 5 * SECOND_MS;
/** A hook gives hours, and is kept waiting meanwhile. */
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
  const hooks = hookPlan(input, notice, held);
  return {
    ...about,
    severity: 'high',
    steps: [...hooks.before, ...steps, ...hooks.after, ...giveBack(input, notice)],
    reasons: [...reasons, ...hooks.reasons],
    next: hooks.next ?? afterSteps(input, () => withoutDrain(input, notice)),
    expiresAt: Math.max(notice.historyFrom, input.now + RETRY_MS),
    keep: keeping(held),
  };
}

/** For a look at a time when the group cannot be read. */
function keeping(held: Hooks | null): { [name: string]: Json } {
  return held === null ? {} : { held: held as unknown as Json };
}

/** The group was raised for this node: an emptied one goes through it, so that it is back at its size. */
function giveBack(input: Input, notice: Notice): Step[] {
  const node = input.facts.node.known ? input.facts.node.value : null;
  if (node === null || openRaise(input.incident) === undefined || input.now >= notice.deadline) return [];
  if (emptyingOf(input, notice.evictUntil).is !== 'empty') return [];
  return releaseStep(input, node, notice.deadline);
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
  const hooks = hookPlan(input, notice, held);
  const wait = {
    do: 'wait',
    at: Math.min(now + retry, notice.evictUntil),
    why: 'the API server may answer again',
  } as const;
  const next: PlanEnd = isOver ? (hooks.next ?? { do: 'close', outcome }) : wait;
  return {
    headline: headline(input, notice),
    findings: findingsOf(input, notice),
    severity: 'critical',
    steps: [...hooks.before, ...(isOver ? hooks.after : [])],
    reasons: [`the cluster cannot be read: ${why}`],
    next,
    expiresAt: Math.max(notice.historyFrom, now + RETRY_MS),
    keep: keeping(held),
  };
}
