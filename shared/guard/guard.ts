import type { Action } from '../actions/action.ts';
import type { EpochMs } from '../clock.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { Fact } from '../fact.ts';
import type { Cooldown } from '../incident/cooldowns.ts';
import type { DisruptionState } from '../incident/disruptions.ts';
import type { GuardVerdict, Question } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import type { Treated } from '../incident/quarantine.ts';
import type { StopState } from '../incident/stop-switch.ts';
import type { WentBad } from '../incident/went-bad.ts';
import type { GuardFacts } from '../pipeline/trouble.ts';

/** What the ledger knows of earlier times; read only where a step depends on it. */
export interface Remembered {
  /** By step key: the last time its action was begun on its targets; null: never. */
  cooldowns: ReadonlyMap<string, Fact<Cooldown | null>>;
  /** What was done on purpose to the subject. */
  treated: Fact<Treated[]>;
  /** Which subjects of the cluster went bad lately. */
  wentBad: Fact<WentBad[]>;
}

/** All a guard may look at. Plain data: a guard reads nothing itself. */
export interface GuardInput {
  step: Step;
  action: Pick<
    Action,
    | 'name'
    | 'gentle'
    | 'risk'
    | 'reversible'
    | 'disrupts'
    | 'concludes'
    | 'keeps'
    | 'onLoss'
    | 'asks'
    | 'needsCalm'
    | 'mustEnd'
    | 'cooldownMs'
  >;
  incidentId: string;
  generation: number;
  policy: TroublePolicy;
  facts: GuardFacts;
  stop: StopState;
  /** Undefined: nothing voluntary, or the budget could not be read. */
  disruption?: DisruptionState | undefined;
  remembered: Remembered;
  question: Question | undefined;
  /** It was begun in time: its own goal says when it ends. */
  isRunning?: boolean;
  /** The same action on the same targets was begun in this generation and has not ended, perhaps with another goal. */
  carriesOn: boolean;
  now: EpochMs;
}

/** One reason to allow, ask or refuse a step. */
export interface Guard {
  name: string;
  judge(input: GuardInput): Omit<GuardVerdict, 'guard'>;
}
