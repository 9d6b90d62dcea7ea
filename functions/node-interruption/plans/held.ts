import { HOUR_MS, SECOND_MS } from '../../../shared/clock.ts';
import { isSettled, type StepRecord } from '../../../shared/incident/incident.ts';
import type { PlanEnd, Step } from '../../../shared/incident/plan.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { nextBeat } from '../actions/hold-hook.ts';
import type { Hooks } from '../hooks.ts';
import type { Input } from '../input.ts';
import type { Notice } from '../notice.ts';

/** Something that cannot be done now is not tried at once again. */
const RETRY_MS = 10 * SECOND_MS;

/** What hooks that wait add to a plan. */
export interface HookPlan {
  /** The heartbeat, if it is due. */
  before: Step[];
  /** The completion, last of all. */
  after: Step[];
  reasons: string[];
  /** Instead of closing: the group still waits for us. */
  next?: PlanEnd;
}

/** What a person or a guard did not let happen: then the hook runs into its own timeout. */
const NOT_DRAINED = new Set(['denied', 'expired', 'refused']);
const EMPTYING = ['cordon', 'drain'];

export function hookPlan(input: Input, notice: Notice, held: Hooks | null): HookPlan {
  const none: HookPlan = { before: [], after: [], reasons: [] };
  if (held === null) return none;
  const { incident, now } = input;
  const left = incident.records.find(
    ({ step, state }) => EMPTYING.includes(step.action) && NOT_DRAINED.has(state),
  );
  if (left !== undefined) {
    return {
      ...none,
      reasons: [`the hook is left to its own timeout: ${left.step.action} was ${left.state}`],
    };
  }
  const completions = completionsOf(input, held);
  if (isOver(incident.records, completions)) return none;
  const failed = failedEmptying(input);
  const mustHold = failed !== undefined && now < notice.evictUntil;
  const record = recordOf(incident.records);
  const canBeat = record === undefined || !isSettled(record);
  const beat = nextBeat(held, record);
  const why = mustHold
    ? `${failed.step.action} failed: the hook is held until its time is over`
    : 'the hook is kept waiting';
  const end = now < notice.evictUntil ? notice.evictUntil : now + RETRY_MS;
  const at = canBeat ? Math.min(end, Math.max(beat, now + RETRY_MS)) : Math.max(end, now + RETRY_MS);
  return {
    before: canBeat && now >= beat ? [holding(input, held)] : [],
    after: mustHold ? [] : completions,
    reasons: mustHold ? [why] : [],
    next: { do: 'wait', at, why },
  };
}

function recordOf(records: readonly StepRecord[]): StepRecord | undefined {
  return records.findLast(({ step }) => step.action === 'hold-hook');
}

function isOver(records: readonly StepRecord[], completions: readonly Step[]): boolean {
  const settled = records.filter(
    ({ step, state }) => step.action === 'complete-hook' && isSettled({ state }),
  );
  return settled.length >= completions.length;
}

/** Emptying did not work and pods are left: people have the rest of the time to help. */
function failedEmptying({ incident, facts }: Input): StepRecord | undefined {
  const isEmpty = facts.pods.known && facts.pods.value.evictable.length === 0;
  return incident.records.find(
    ({ step, state }) =>
      EMPTYING.includes(step.action) && state === 'failed' && !(isEmpty && step.action === 'drain'),
  );
}

function holding({ incident }: Input, held: Hooks): Step {
  const { id } = incident.subject;
  return {
    action: 'hold-hook',
    targets: [{ kind: 'instance', id, name: id }],
    goal: { hooks: held.hooks.map((hook) => ({ ...hook })) as unknown as Json },
    reason: 'the group waits on while pods leave',
    independent: true,
    answerBy: held.until + HOUR_MS,
  };
}

/** One for each hook. A read that fails at the deadline does not lose it: it may be answered for an hour more. */
function completionsOf({ incident }: Input, held: Hooks): Step[] {
  const { id } = incident.subject;
  return held.hooks.map(({ group, name }) => ({
    action: 'complete-hook',
    targets: [{ kind: 'instance', id, name: id }],
    goal: { group, hook: name, result: 'CONTINUE' },
    reason: 'the group may go on as soon as the node is empty, or when the time is over',
    onlyAfter: true,
    answerBy: held.until + HOUR_MS,
  }));
}
