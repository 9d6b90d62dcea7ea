import { describe, expect, test } from 'vitest';
import type { Mode } from '../../shared/config/policy.ts';
import { known } from '../../shared/fact.ts';
import type { Guard, GuardInput } from '../../shared/guard/guard.ts';
import { guards, judgeStep } from '../../shared/guard/index.ts';
import { modeGuard } from '../../shared/guard/mode.ts';
import { defaultRules } from '../support/policy.ts';

const step = {
  action: 'drain',
  targets: [{ kind: 'node', id: 'uid-1', name: 'node-1' }],
  goal: {},
  reason: 'test',
  answerBy: 2_000,
} as const satisfies GuardInput['step'];

function input(over: Partial<GuardInput> = {}): GuardInput {
  return {
    step: { ...step, targets: [...step.targets] },
    incidentId: 'inc-1',
    generation: 1,
    carriesOn: false,
    action: { name: 'drain', gentle: true, risk: 'medium', reversible: false, cooldownMs: 0 },
    policy: {
      mode: 'auto',
      modeRule: 'paramedic.yaml:3 global.mode',
      configHash: 'h',
      ...defaultRules,
      standDownFor: [],
      section: {},
    },
    facts: {
      owned: { is: 'yes', why: 'a Node confirms' },
      standDown: { is: 'no', why: 'nobody' },
      taken: true,
      gentleRunsInApproveMode: true,
      freshUntil: 2_000,
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

function inMode(mode: Mode, over: Partial<GuardInput> = {}): GuardInput {
  return input({ policy: { ...input().policy, mode }, ...over });
}

const harsh = {
  name: 'force-delete',
  gentle: false,
  risk: 'high',
  reversible: false,
  cooldownMs: 0,
} as const;

describe('guards', () => {
  test.each([
    ['off', 'refuse'],
    ['observe', 'refuse'],
    ['auto', 'allow'],
  ] as const)('mode %s gives %s', (mode, verdict) => {
    expect(judgeStep(inMode(mode)).verdict).toBe(verdict);
  });

  test('in approve, budget-respecting steps run on a node AWS is taking; others ask', () => {
    expect(judgeStep(inMode('approve')).verdict).toBe('allow');
    expect(judgeStep(inMode('approve', { action: harsh })).verdict).toBe('ask');
  });

  test('a yes answers the guards that asked, and not one that asks only later', () => {
    const answer = { decision: 'approved', by: 'ana', at: 1 } as const;
    const question = { key: 'k', step: input().step, askedAt: 0, expiresAt: 2_000 };
    const later: Guard = {
      name: 'later',
      judge: () => ({ verdict: 'ask', reason: 'the pool is one node now' }),
    };
    const asked = (names?: string[]) =>
      judgeStep(
        inMode('approve', {
          action: harsh,
          question: { ...question, answer, ...(names !== undefined && { guards: names }) },
        }),
        [modeGuard, later],
      );
    expect(asked(['mode'])).toMatchObject({
      verdict: 'ask',
      reason: 'later: the pool is one node now; not so when ana approved',
    });
    expect(asked(['mode', 'later']).verdict).toBe('allow');
    expect(asked().verdict).toBe('allow');
  });

  test('in approve with inApproveMode ask, and on a node nobody is taking, gentle steps ask too', () => {
    const facts = { ...input().facts, gentleRunsInApproveMode: false };
    expect(judgeStep(inMode('approve', { facts })).verdict).toBe('ask');
    expect(judgeStep(inMode('approve', { facts: { ...input().facts, taken: false } })).verdict).toBe('ask');
  });

  test('an approval of exactly this step allows it, a denial refuses it, and neither lifts a refusal', () => {
    const question = { key: 'k', step: input().step, askedAt: 0, expiresAt: 2_000 };
    const approved = { ...question, answer: { decision: 'approved', by: 'ana', at: 1 } } as const;
    const denied = { ...question, answer: { decision: 'denied', by: 'ana', at: 1 } } as const;
    expect(judgeStep(inMode('approve', { action: harsh, question: approved })).verdict).toBe('allow');
    expect(judgeStep(inMode('approve', { action: harsh, question: denied })).verdict).toBe('refuse');
    expect(judgeStep(inMode('observe', { action: harsh, question: approved })).verdict).toBe('refuse');
  });

  test('T32: an unreadable stop switch stops all but budget-respecting steps on a node AWS is taking', () => {
    const stop = { state: 'unreadable', why: 'throttled' } as const;
    expect(judgeStep(input({ stop })).verdict).toBe('allow');
    expect(judgeStep(input({ stop, action: harsh })).verdict).toBe('refuse');
    expect(judgeStep(input({ stop, facts: { ...input().facts, taken: false } })).verdict).toBe('refuse');
  });

  test('T31: a switch that IAM hides is a stop for every step, gentle ones on a node AWS is taking too', () => {
    const stop = { state: 'denied', why: 'AccessDenied' } as const;
    for (const action of [input().action, harsh]) {
      const said = judgeStep(input({ stop, action }));
      expect(said).toMatchObject({ verdict: 'refuse', reason: expect.stringContaining('explicit Deny') });
      expect(said.guards[0]?.isUnknown).toBeUndefined();
    }
  });

  test('in approve, a step that only keeps runs where AWS is taking the node, one that lets go anywhere', () => {
    const free = { ...input().facts, taken: false };
    const keeps = { ...harsh, keeps: true } as const;
    const concludes = { ...harsh, concludes: true } as const;
    expect(judgeStep(inMode('approve', { action: keeps })).verdict).toBe('allow');
    expect(judgeStep(inMode('approve', { action: keeps, facts: free })).verdict).toBe('ask');
    expect(judgeStep(inMode('approve', { action: concludes, facts: free })).verdict).toBe('allow');
  });

  test('an engaged stop switch refuses everything and says who engaged it', () => {
    const verdict = judgeStep(input({ stop: { state: 'engaged', by: 'ana', reason: 'storm', at: 1 } }));
    expect(verdict.verdict).toBe('refuse');
    expect(verdict.reason).toContain('ana: storm');
  });

  test.each(['no', 'unknown'] as const)('ownership %s refuses', (is) => {
    expect(judgeStep(input({ facts: { ...input().facts, owned: { is, why: 'x' } } })).verdict).toBe('refuse');
  });

  test('T29: a node another controller owns is left to it; unknown owners refuse harsh steps only', () => {
    const theirs = { ...input().facts, standDown: { is: 'yes', why: 'Karpenter owns this node' } } as const;
    const unclear = { ...input().facts, standDown: { is: 'unknown', why: 'read failed' } } as const;
    expect(judgeStep(input({ facts: theirs })).reason).toContain('Karpenter');
    expect(judgeStep(input({ facts: theirs })).verdict).toBe('refuse');
    expect(judgeStep(input({ facts: unclear, action: harsh })).verdict).toBe('refuse');
    expect(judgeStep(input({ facts: unclear })).verdict).toBe('allow');
    // On purpose nothing is done to a node that may be somebody's, however gently.
    expect(judgeStep(input({ facts: { ...unclear, taken: false } })).verdict).toBe('refuse');
    const concludes = { ...harsh, concludes: true } as const;
    expect(judgeStep(input({ facts: theirs, action: concludes })).verdict).toBe('allow');
  });

  test('a step at or past its time is refused, one just before it is allowed', () => {
    expect(judgeStep(input({ now: 1_999 })).verdict).toBe('allow');
    expect(judgeStep(input({ now: 2_000 })).verdict).toBe('refuse');
    expect(judgeStep(input({ now: 2_000, isRunning: true })).verdict).toBe('allow');
    const facts = { ...input().facts, freshUntilOf: { drain: 3_000, cordon: 1 } };
    expect(judgeStep(input({ now: 2_000, facts })).verdict).toBe('allow');
  });

  test('where an action has its own rule of ownership that one holds', () => {
    const { facts } = input();
    const no = { is: 'no', why: 'tags name other' } as const;
    expect(judgeStep(input({ facts: { ...facts, ownedOf: { drain: no } } })).verdict).toBe('refuse');
    expect(judgeStep(input({ facts: { ...facts, ownedOf: { detach: no } } })).verdict).toBe('allow');
  });

  test.each(guards.map((guard) => guard.name))('an error inside guard %s refuses', (name) => {
    const broken = guards.map((guard) =>
      guard.name === name
        ? {
            name,
            judge: () => {
              throw new Error('boom');
            },
          }
        : guard,
    );
    const verdict = judgeStep(input(), broken);
    expect(verdict.verdict).toBe('refuse');
    expect(verdict.reason).toContain(`${name}: guard failed`);
  });

  test('every guard is heard, so that people see all the reasons', () => {
    const stop = { state: 'engaged', by: 'ana', reason: 'storm', at: 1 } as const;
    expect(judgeStep(inMode('observe', { stop })).guards.map((guard) => guard.guard)).toEqual([
      'stop-switch',
      'mode',
      'consent',
      'ownership',
      'stand-down',
      'two-signals',
      'quarantine',
      'correlated-failure',
      'disruption-budget',
      'capacity-floor',
      'cool-down',
      'calm',
      'freshness',
    ]);
  });
});
