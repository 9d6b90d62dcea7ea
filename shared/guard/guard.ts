import type { Action } from '../actions/action.ts';
import type { EpochMs } from '../clock.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { DisruptionState } from '../incident/disruptions.ts';
import type { GuardVerdict, Question } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import type { StopState } from '../incident/stop-switch.ts';
import type { GuardFacts } from '../pipeline/trouble.ts';

/** All a guard may look at. Plain data: a guard reads nothing itself. */
export interface GuardInput {
  step: Step;
  action: Pick<Action, 'name' | 'gentle' | 'risk' | 'reversible' | 'disrupts' | 'concludes' | 'keeps'>;
  policy: TroublePolicy;
  facts: GuardFacts;
  stop: StopState;
  /** Undefined: nothing voluntary, or the budget could not be read. */
  disruption?: DisruptionState | undefined;
  question: Question | undefined;
  /** It was begun in time: its own goal says when it ends. */
  isRunning?: boolean;
  now: EpochMs;
}

/** One reason to allow, ask or refuse a step. */
export interface Guard {
  name: string;
  judge(input: GuardInput): Omit<GuardVerdict, 'guard'>;
}
