import type { TroublePolicy } from '../config/policy.ts';
import type { Remembered } from '../guard/guard.ts';
import { judgeStep } from '../guard/index.ts';
import type { DisruptionState } from '../incident/disruptions.ts';
import { type Incident, isSettled, type Question, type StepVerdict } from '../incident/incident.ts';
import type { Plan, Step } from '../incident/plan.ts';
import { isOvertaken } from '../incident/questions.ts';
import { stepKey } from '../incident/step-key.ts';
import type { StopState } from '../incident/stop-switch.ts';
import type { Judged } from './apply-verdicts.ts';
import { goesOn } from './begin.ts';
import { disruptionState } from './disruption.ts';
import { type Proposed, readGuardState } from './guard-state.ts';
import { runnable } from './next-move.ts';
import type { Run } from './run.ts';
import type { Trouble } from './trouble.ts';

export interface JudgeInput {
  current: Incident;
  policy: TroublePolicy;
  guardFacts: ReturnType<Trouble['guardFacts']>;
  stop: StopState;
  now: number;
}

/** What the ledger says to a plan. */
interface Read {
  remembered: Remembered;
  disruption: DisruptionState | undefined;
}

/**
 * Every step of a plan with what every guard says. A place in the disruption budget is taken only for a step that
 * everything else allows, and written down before, so that a crash in between cannot leave it taken for nobody.
 */
export async function judgePlan<F, P>(
  trouble: Trouble<F, P>,
  run: Run,
  plan: Plan,
  input: JudgeInput,
): Promise<{ judged: Judged[]; claimed: boolean }> {
  const { current, guardFacts, policy } = input;
  const disruptive = new Set(
    trouble.actions.filter(({ disrupts }) => disrupts === true).map(({ name }) => name),
  );
  const isOpen = (step: Step) =>
    !current.records.some((record) => record.key === stepKey(step) && isSettled(record));
  const wants = plan.steps.some((step) => disruptive.has(step.action) && isOpen(step));
  const remembered = await readGuardState(run, proposedBy(trouble, plan), input);
  const limits = policy.disruptionBudget;
  const state = (how: 'peek' | 'claim') =>
    wants
      ? disruptionState(run, current, { guardFacts, limits, wentBad: remembered.wentBad }, how)
      : undefined;
  const judgeAll = (disruption: DisruptionState | undefined): Judged[] =>
    plan.steps.map((step) => ({
      step,
      verdict: judgeOne(trouble, step, input, { remembered, disruption }),
    }));
  const peeked = await state('peek');
  const judged = judgeAll(peeked);
  const isFree = peeked?.is === 'free' || peeked?.is === 'alone';
  const isNext = runnable(judged, current).some(({ step }) => disruptive.has(step.action));
  if (!isFree || !isNext) return { judged, claimed: peeked?.is === 'held' };
  await run.ledger.change(run.ref, (latest) =>
    latest.claimed === true ? latest : { ...latest, claimed: true },
  );
  const claimed = await state('claim');
  return { judged: judgeAll(claimed), claimed: claimed?.is === 'held' };
}

function proposedBy<F, P>(trouble: Trouble<F, P>, plan: Plan): Proposed[] {
  return plan.steps.flatMap((step) => {
    const action = trouble.actions.find((known) => known.name === step.action);
    return action === undefined ? [] : [{ step, action }];
  });
}

function judgeOne<F, P>(trouble: Trouble<F, P>, step: Step, input: JudgeInput, read: Read): StepVerdict {
  const { current, policy, guardFacts: facts, stop, now } = input;
  const { id: incidentId, generation } = current;
  const key = stepKey(step);
  const action = trouble.actions.find((known) => known.name === step.action);
  if (action === undefined) {
    const reason = `no action named ${step.action}`;
    return { key, action: step.action, verdict: 'refuse', reason, guards: [] };
  }
  const question = current.questions.find((asked: Question) => asked.key === key && !isOvertaken(asked));
  const isRunning = current.records.some((record) => record.key === key && record.state === 'running');
  const about = { incidentId, generation, step, action, carriesOn: goesOn(current.records, step) };
  return judgeStep({ ...about, ...read, policy, facts, stop, question, isRunning, now });
}
