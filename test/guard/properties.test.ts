import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODES } from '../../shared/config/policy.ts';
import { type Fact, known, unknown } from '../../shared/fact.ts';
import type { GuardInput, Remembered } from '../../shared/guard/guard.ts';
import { guards, judgeStep } from '../../shared/guard/index.ts';
import type { DisruptionState } from '../../shared/incident/disruptions.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { drain, guardInput, NOW, policy } from './input.ts';

const times = fc.integer({ min: NOW - 86_400_000, max: NOW + 3_600_000 });
const words = fc.string({ maxLength: 8 });

function factOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> {
  return fc.oneof(
    value.map((each) => known(each, 'ledger', NOW)),
    fc.constant(unknown('throttled', 'ledger', NOW)),
  );
}

const cooldown = fc.record({
  incidentId: words,
  generation: fc.nat(3),
  key: words,
  startedAt: times,
  until: times,
});
const treated = fc.record({
  generation: fc.nat(5),
  action: fc.constantFrom('drain', 'cordon'),
  key: words,
  at: times,
});
const wentBad = fc.record(
  { subject: words, at: times, zone: fc.constantFrom('a', 'b') },
  { requiredKeys: ['subject', 'at'] },
);

const remembered: fc.Arbitrary<Remembered> = fc.record({
  cooldowns: fc
    .option(factOf(fc.option(cooldown)), { nil: undefined })
    .map((row) => new Map(row === undefined ? [] : [[stepKey(guardInput().step), row]])),
  treated: factOf(fc.array(treated, { maxLength: 12 })),
  wentBad: factOf(fc.array(wentBad, { maxLength: 12 })),
});

const disruption: fc.Arbitrary<DisruptionState | undefined> = fc.option(
  fc.record({ is: fc.constantFrom('held', 'free', 'alone', 'full'), why: fc.constant('the budget') }),
  { nil: undefined },
);

const flag = fc.constantFrom<{ on?: true }>({}, { on: true });
const action = fc
  .record({ gentle: fc.boolean(), disrupts: flag, keeps: flag, onLoss: flag })
  .map((shape) => ({
    ...withoutFlags(drain),
    gentle: shape.gentle,
    ...(shape.disrupts.on && { disrupts: true as const }),
    ...(shape.keeps.on && { keeps: true as const }),
    ...(shape.onLoss.on && { onLoss: true as const }),
  }));

function withoutFlags({ disrupts: _, ...rest }: GuardInput['action']): GuardInput['action'] {
  return rest;
}

const facts = fc
  .record({
    taken: fc.boolean(),
    freshUntil: times,
    desired: fc.option(fc.integer({ min: -1, max: 20 })),
    others: fc.nat(20),
    ids: fc.option(fc.array(fc.tuple(words, fc.constantFrom('', 'a', 'b'), fc.boolean()), { maxLength: 10 })),
  })
  .map(({ taken, freshUntil, desired, others, ids }) => ({
    owned: { is: 'yes', why: 'test' } as const,
    standDown: { is: 'no', why: 'test' } as const,
    gentleRunsInApproveMode: true,
    taken,
    freshUntil,
    capacity: desired === null ? null : { group: 'g', desired, others },
    ...(ids !== null && { fleet: ids.map(([id, zone, inGroup]) => ({ id, zone, inGroup })) }),
  }));

const input: fc.Arbitrary<GuardInput> = fc
  .record({ remembered, disruption, action, facts, mode: fc.constantFrom(...MODES), carriesOn: fc.boolean() })
  .map(({ mode, ...over }) => guardInput({ ...over, policy: { ...policy, mode } }));

const LIMITS = ['quarantine', 'correlated-failure', 'disruption-budget', 'capacity-floor', 'cool-down'];

describe('guards, whatever they are asked', () => {
  test('each says allow, ask or refuse with a reason, and a refusal is not out-voted', async () => {
    await fc.assert(
      fc.property(input, (asked) => {
        const said = judgeStep(asked);
        expect(said.guards.map(({ guard }) => guard)).toEqual(guards.map(({ name }) => name));
        for (const { verdict, reason } of said.guards) {
          expect(['allow', 'ask', 'refuse']).toContain(verdict);
          expect(reason).not.toMatch(/^$|NaN|undefined|guard failed/);
        }
        if (said.guards.some(({ verdict }) => verdict === 'refuse')) expect(said.verdict).toBe('refuse');
      }),
      { numRuns: 2_000 },
    );
  });

  test('any JSON at all gives a verdict: what a guard trips over is a refusal', async () => {
    await fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), (anything) => {
        const asked = { ...guardInput(), ...anything, step: guardInput().step };
        expect(['allow', 'ask', 'refuse']).toContain(judgeStep(asked).verdict);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a gentle step on a node AWS is taking is refused by no limit, whatever is remembered or unread', async () => {
    await fc.assert(
      fc.property(input, (asked) => {
        const taken = { ...asked, facts: { ...asked.facts, taken: true } };
        const gentle = { ...taken, action: { ...asked.action, gentle: true } };
        const refused = judgeStep(gentle).guards.filter(({ verdict }) => verdict === 'refuse');
        expect(refused.filter(({ guard }) => LIMITS.includes(guard))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('no step at all on such a node is held back by brake, budget, quarantine or capacity floor', async () => {
    await fc.assert(
      fc.property(input, (asked) => {
        const taken = { ...asked, facts: { ...asked.facts, taken: true } };
        const refused = judgeStep(taken).guards.filter(({ verdict }) => verdict === 'refuse');
        const limits = LIMITS.filter((name) => name !== 'cool-down');
        expect(refused.filter(({ guard }) => limits.includes(guard))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('where a limit holds a step that takes a node on purpose, people’s yes does not lift it', async () => {
    const answer = { decision: 'approved', by: 'ana', at: NOW } as const;
    await fc.assert(
      fc.property(input, (asked) => {
        const { step } = asked;
        const question = { key: stepKey(step), step, askedAt: NOW - 1, expiresAt: NOW + 1, answer };
        const said = judgeStep({ ...asked, question });
        const isHeld = said.guards.some(
          ({ guard, verdict }) => LIMITS.includes(guard) && verdict === 'refuse',
        );
        if (isHeld) expect(said.verdict).toBe('refuse');
      }),
      { numRuns: 2_000 },
    );
  });
});
