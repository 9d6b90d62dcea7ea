import { humanDuration, isoTime } from '../../shared/clock.ts';
import type { Step, Target } from '../../shared/incident/plan.ts';
import type { Json } from '../../shared/workflow/port.ts';
import { beatEvery } from './actions/hold-hook.ts';
import { whyNotDetach } from './group.ts';
import type { Hooks } from './hooks.ts';
import type { Input } from './input.ts';
import type { NodeSummary } from './node-summary.ts';
import type { Notice } from './notice.ts';
import { type PodSummary, podNote } from './pods.ts';

export interface Ladder {
  steps: Step[];
  reasons: string[];
}

/**
 * The steps for one notice, in order: keep new pods away, ask for the replacement, move pods within their
 * budgets, then (only if configured) the rungs that go past a budget. Goals are absolute times, so the same
 * notice always gives the same steps. A drain for hooks works in rounds that leave time for their heartbeats.
 */
export function ladder(input: Input, notice: Notice, held: Hooks | null = null): Ladder {
  const node = input.facts.node.known ? input.facts.node.value : null;
  const steps: Step[] = [];
  const reasons: string[] = [];
  if (node === null)
    return { steps, reasons: [input.facts.node.known ? 'the Node is gone' : 'the Node cannot be read'] };
  const target = nodeTarget(node);
  addCordon(input, node, target, notice, steps, reasons);
  if (notice.kind === 'spot' || notice.kind === 'capacity') addDetach(input, notice, steps, reasons);
  if (input.now >= notice.evictUntil && !hasDrained(input)) {
    reasons.push(`${late(input, notice)}: too late to move pods, cordon only`);
    return { steps, reasons };
  }
  const spoiled = input.incident.records.find(
    ({ step, state }) => step.action === 'cordon' && SPOILED.has(state),
  );
  if (spoiled !== undefined) reasons.push(`not drained: the cordon was ${spoiled.state}`);
  else if (podsLeft(input) === 0) reasons.push(hasDrained(input) ? 'no pod is left' : 'no pod has to move');
  else addRungs(input, target, notice, held, { steps, reasons });
  return { steps, reasons };
}

export function nodeTarget(node: NodeSummary): Target {
  return { kind: 'node', id: node.uid, name: node.name };
}

/** Without its cordon a node gets its pods back. `observed` is not among them: a rehearsal plans every step. */
const SPOILED = new Set(['failed', 'refused', 'denied', 'expired']);

function late(input: Input, notice: Notice): string {
  const word = notice.kind === 'hook' ? 'hook began' : 'warning';
  return `${humanDuration(input.now - notice.occurredAt)} after the ${word}`;
}

function hasDrained({ incident }: Input): boolean {
  return incident.records.some(({ step }) => step.action === 'drain');
}

/** Unknown is not zero: then the drain itself looks again. */
function podsLeft({ facts }: Input): number {
  return facts.pods.known ? facts.pods.value.evictable.length : Number.POSITIVE_INFINITY;
}

function addCordon(
  input: Input,
  node: NodeSummary,
  target: Target,
  notice: Notice,
  steps: Step[],
  reasons: string[],
): void {
  const { policy, incident } = input;
  const exclude = policy.loadBalancers.exclude;
  if (node.cordoned && (node.excluded || !exclude)) {
    const cordoned = incident.records.some(({ step }) => step.action === 'cordon');
    if (!cordoned) reasons.push('the node is cordoned already');
  }
  steps.push({
    action: 'cordon',
    targets: [target],
    goal: { unschedulable: true, excludeFromLoadBalancers: exclude },
    reason: 'no new pods on a node that is going away',
    answerBy: input.now < notice.evictUntil ? notice.evictUntil : notice.historyFrom,
  });
}

function addDetach(
  { policy, facts, incident }: Input,
  notice: Notice,
  steps: Step[],
  reasons: string[],
): void {
  if (!policy.replacement.detach) return;
  if (notice.action !== 'terminate') {
    reasons.push(`no replacement by detaching: the instance will ${notice.action}, not terminate`);
    return;
  }
  const known = incident.records.find(({ step }) => step.action === 'detach');
  const why = known === undefined ? whyNotDetach(facts.group) : undefined;
  if (why !== undefined) reasons.push(`no replacement by detaching: ${why}`);
  else if (known !== undefined) steps.push(known.step);
  else if (facts.group.known && facts.group.value !== null) {
    steps.push({
      action: 'detach',
      targets: [{ kind: 'instance', id: incident.subject.id, name: incident.subject.id }],
      goal: { group: facts.group.value.name, lowerDesired: false, goneBy: notice.deadline },
      reason: 'the group starts the replacement now instead of after the reclaim',
      independent: true,
      answerBy: notice.evictUntil,
    });
  }
}

/** Nothing goes past a budget on a node that nobody takes, nor when hibernation has begun. */
function rungsFor(
  { drain }: Input['policy'],
  { kind, action }: Notice,
): { deletes: boolean; force: boolean } {
  if (kind === 'rebalance' || action === 'hibernate') return { deletes: false, force: false };
  const isReclaim = kind !== 'hook' && action === 'terminate';
  const deletes =
    drain.deleteNotReady === 'always' || (drain.deleteNotReady === 'spot-terminate' && isReclaim);
  return { deletes, force: drain.force };
}

function addRungs(
  input: Input,
  target: Target,
  notice: Notice,
  held: Hooks | null,
  { steps, reasons }: Ladder,
): void {
  const { drain } = input.policy;
  const { deletes, force } = rungsFor(input.policy, notice);
  const more = deletes || force;
  const round: { [name: string]: Json } = held === null ? {} : { round: beatEvery(held) };
  const common = {
    parallel: drain.parallel,
    emptyDir: drain.emptyDir,
    deadline: notice.deadline,
    margin: input.policy.spot.safetyMargin,
  };
  steps.push({
    action: 'drain',
    targets: [target],
    goal: { ...common, from: notice.occurredAt, until: more ? notice.rungAt : notice.evictUntil },
    reason: `move pods within their disruption budgets until ${isoTime(more ? notice.rungAt : notice.evictUntil)}`,
    // Rounds short enough for the heartbeats in between.
    notes: { pods: podNotes(input), ...round },
    answerBy: notice.evictUntil,
  });
  if (deletes) {
    steps.push({
      action: 'delete-not-ready',
      targets: [target],
      goal: { ...common, from: notice.rungAt, until: force ? notice.forceFrom : notice.evictUntil },
      reason: 'not-ready pods of a budget that is short already only block the healthy ones',
      notes: round,
      answerBy: notice.evictUntil,
    });
  }
  if (force) {
    steps.push({
      action: 'force-delete',
      targets: [target],
      goal: { ...common, from: notice.forceFrom, until: notice.forceUntil },
      reason: 'configured: what is left is deleted past its budget before the instance goes',
      notes: round,
      answerBy: notice.forceUntil,
    });
  }
  if (notice.action === 'hibernate')
    reasons.push('hibernation starts with the warning: evictions are best effort');
}

/** Kept with the step: verification counts these, whatever happens to the run in between. */
export function podNotes({ facts }: Input): Json {
  if (!facts.pods.known) return null;
  const moving = facts.pods.value.evictable.filter(hasReplacementToCome);
  return moving.map(podNote) as unknown as Json;
}

/** A terminating pod's replacement was born before and cannot be told from the others, but a StatefulSet waits. */
function hasReplacementToCome({ terminating, owner }: PodSummary): boolean {
  return !terminating || owner?.kind === 'StatefulSet';
}
