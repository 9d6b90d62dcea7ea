import { describe, expect, test } from 'vitest';
import { disruptionGuard } from '../../shared/guard/disruption.ts';
import type { GuardInput } from '../../shared/guard/guard.ts';
import type { DisruptionState } from '../../shared/incident/disruptions.ts';
import { drain, guardInput, NOW } from './input.ts';

function judge(disruption: DisruptionState | undefined, over: Partial<GuardInput> = {}) {
  return disruptionGuard.judge(guardInput({ ...over, disruption }));
}

describe('disruption budget', () => {
  test('V11: a budget that was not read is not one with room', () => {
    expect(judge(undefined)).toEqual({
      verdict: 'refuse',
      reason: 'the budget could not be read',
      isUnknown: true,
      rule: 'default',
    });
  });

  test.each([
    ['held', 'allow'],
    ['free', 'allow'],
    ['alone', 'ask'],
    ['full', 'refuse'],
  ] as const)('%s: %s, with the reason of the ledger', (is, verdict) => {
    expect(judge({ is, why: 'so it is' })).toMatchObject({ verdict, reason: 'so it is' });
  });

  test('full, it says when to ask again, and is no final no', () => {
    expect(judge({ is: 'full', why: 'so it is', againAt: NOW + 1 })).toMatchObject({
      isUnknown: true,
      againAt: NOW + 1,
    });
  });

  test('a node AWS is taking and a step that disrupts nothing are not asked about', () => {
    const taken = { ...guardInput().facts, taken: true };
    const { disrupts: _, ...harmless } = drain;
    expect(judge(undefined, { facts: taken }).verdict).toBe('allow');
    expect(judge(undefined, { action: harmless }).verdict).toBe('allow');
  });
});
