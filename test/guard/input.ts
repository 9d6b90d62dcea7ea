import type { Action } from '../../shared/actions/action.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { TroublePolicy } from '../../shared/config/policy.ts';
import { known } from '../../shared/fact.ts';
import type { GuardInput, Remembered } from '../../shared/guard/guard.ts';
import { defaultRules } from '../support/policy.ts';

export const NOW = Date.parse('2026-11-03T14:00:00Z');

type Shape = GuardInput['action'];

export const drain: Shape = {
  name: 'drain',
  gentle: true,
  risk: 'medium',
  reversible: false,
  disrupts: true,
  cooldownMs: 30 * MINUTE_MS,
} satisfies Partial<Action>;

export const policy: TroublePolicy = {
  mode: 'auto',
  modeRule: 'paramedic.yaml:3 global.mode',
  configHash: 'h',
  ...defaultRules,
  section: {},
  limitRules: {
    disruptionBudget: 'default',
    correlatedFailure: 'paramedic.yaml:20 global.correlatedFailure',
    quarantine: 'paramedic.yaml:26 global.quarantine',
    capacityFloor: 'paramedic.yaml:30 global.capacityFloor',
  },
};

export const nothingRemembered: Remembered = {
  cooldowns: new Map(),
  treated: known([], 'ledger', NOW),
  wentBad: known([], 'ledger', NOW),
};

/** A voluntary drain that nothing speaks against, but for what a test changes. */
export function guardInput(over: Partial<GuardInput> = {}): GuardInput {
  return {
    incidentId: 'inc-1',
    generation: 1,
    step: {
      action: 'drain',
      targets: [{ kind: 'node', id: 'uid-1', name: 'node-1' }],
      goal: {},
      reason: 'test',
      answerBy: NOW + MINUTE_MS,
    },
    action: drain,
    policy,
    facts: {
      owned: { is: 'yes', why: 'a Node confirms' },
      standDown: { is: 'no', why: 'nobody' },
      taken: false,
      gentleRunsInApproveMode: true,
      freshUntil: NOW + MINUTE_MS,
      capacity: { group: 'spot', desired: 5, others: 5 },
    },
    stop: { state: 'clear' },
    disruption: { is: 'held', why: 'holds a place' },
    remembered: nothingRemembered,
    question: undefined,
    carriesOn: false,
    now: NOW,
    ...over,
  };
}
