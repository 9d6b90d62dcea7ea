import { describe, expect, test } from 'vitest';
import type { Action } from '../../shared/actions/action.ts';
import type { Mode } from '../../shared/config/policy.ts';
import { known } from '../../shared/fact.ts';
import { calmGuard } from '../../shared/guard/calm.ts';
import { consentGuard } from '../../shared/guard/consent.ts';
import type { GuardInput } from '../../shared/guard/guard.ts';
import { judgeStep } from '../../shared/guard/index.ts';
import type { GuardFacts } from '../../shared/pipeline/trouble.ts';
import { defaultRules } from '../support/policy.ts';

type Over = { mode?: Mode; calm?: GuardFacts['calm']; action?: Partial<Action> } & Partial<
  Pick<GuardInput, 'isRunning' | 'carriesOn' | 'question'>
>;

const step: GuardInput['step'] = {
  action: 'update-addon',
  targets: [{ kind: 'addon', id: 'payments/vpc-cni', name: 'vpc-cni' }],
  goal: {},
  reason: 'test',
  answerBy: 2_000,
};

function input({ mode = 'auto', calm, action = {}, ...over }: Over): GuardInput {
  return {
    step,
    incidentId: 'inc-1',
    generation: 1,
    carriesOn: false,
    action: { name: step.action, gentle: false, risk: 'high', reversible: true, cooldownMs: 0, ...action },
    policy: { mode, modeRule: 'default', configHash: 'h', ...defaultRules, standDownFor: [], section: {} },
    facts: {
      owned: { is: 'yes', why: 'EKS and the API server have it' },
      standDown: { is: 'no', why: 'nobody' },
      taken: false,
      gentleRunsInApproveMode: false,
      freshUntil: 2_000,
      ...(calm !== undefined && { calm }),
    },
    stop: { state: 'clear' },
    remembered: {
      cooldowns: new Map(),
      treated: known([], 'ledger', 1_000),
      wentBad: known([], 'ledger', 1_000),
    },
    question: undefined,
    now: 1_000,
    ...over,
  };
}

const needsCalm = { needsCalm: true } as const;
const stormy = { is: 'no', why: 'still throttled' } as const;

describe('calm', () => {
  test('a restart everywhere waits for a person while the trouble lasts, in mode auto as well', () => {
    expect(judgeStep(input({ action: needsCalm, calm: stormy }))).toMatchObject({
      verdict: 'ask',
      reason: 'calm: still throttled',
    });
    expect(judgeStep(input({ action: needsCalm, calm: { is: 'yes', why: 'quiet' } })).verdict).toBe('allow');
  });

  test('whether it is calm being unknown, or never said, refuses for now', () => {
    for (const calm of [{ is: 'unknown', why: 'counts not read' } as const, undefined]) {
      const verdict = calmGuard.judge(input({ action: needsCalm, calm }));
      expect(verdict).toMatchObject({ verdict: 'refuse', isUnknown: true });
    }
  });

  test('a step under way is brought to its end, and an action that restarts nothing is not held', () => {
    expect(calmGuard.judge(input({ action: needsCalm, calm: stormy, isRunning: true })).verdict).toBe(
      'allow',
    );
    expect(calmGuard.judge(input({ action: needsCalm, calm: stormy, carriesOn: true })).verdict).toBe(
      'allow',
    );
    expect(calmGuard.judge(input({ calm: stormy })).verdict).toBe('allow');
  });

  test('what was begun and changed nothing yet waits like what was not begun', () => {
    for (const begun of [{ isRunning: true }, { carriesOn: true }]) {
      const calm = { ...stormy, isUntouched: true } as const;
      expect(calmGuard.judge(input({ action: needsCalm, calm, ...begun })).verdict).toBe('ask');
    }
  });

  test('a yes that was given in the calm is no yes to doing it when the trouble is back', () => {
    const answer = { decision: 'approved', by: 'ana', at: 1 } as const;
    const question = { key: 'k', step, askedAt: 0, expiresAt: 2_000, answer, guards: ['mode'] };
    const asked = judgeStep(input({ mode: 'approve', action: needsCalm, calm: stormy, question }));
    expect(asked).toMatchObject({
      verdict: 'ask',
      reason: 'calm: still throttled; not so when ana approved',
    });
    const both = { ...question, guards: ['mode', 'calm'] };
    expect(
      judgeStep(input({ mode: 'approve', action: needsCalm, calm: stormy, question: both })).verdict,
    ).toBe('allow');
  });
});

describe('mode approve', () => {
  test('brings a change to its end that was begun in mode auto, its way back included; observe stops it', () => {
    const mustEnd = { mustEnd: true } as const;
    expect(judgeStep(input({ mode: 'approve', action: mustEnd, isRunning: true })).verdict).toBe('allow');
    expect(judgeStep(input({ mode: 'approve', action: mustEnd })).verdict).toBe('ask');
    expect(judgeStep(input({ mode: 'approve', isRunning: true })).verdict).toBe('ask');
    expect(judgeStep(input({ mode: 'observe', action: mustEnd, isRunning: true })).verdict).toBe('refuse');
  });
});

describe('consent', () => {
  const asks = 'it may open a support case';

  test('what binds the account to somebody else asks in mode auto, and stays refused in observe', () => {
    expect(judgeStep(input({ action: { asks } }))).toMatchObject({
      verdict: 'ask',
      reason: `consent: ${asks}`,
    });
    expect(judgeStep(input({ action: { asks }, mode: 'observe' })).verdict).toBe('refuse');
  });

  test('one that was begun asks no more, and others never', () => {
    expect(consentGuard.judge(input({ action: { asks }, isRunning: true })).verdict).toBe('allow');
    expect(consentGuard.judge(input({})).verdict).toBe('allow');
  });
});
