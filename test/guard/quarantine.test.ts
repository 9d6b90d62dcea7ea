import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../shared/clock.ts';
import { known, unknown } from '../../shared/fact.ts';
import type { GuardInput } from '../../shared/guard/guard.ts';
import { quarantineGuard } from '../../shared/guard/quarantine.ts';
import { type Treated, treatmentsOf } from '../../shared/incident/quarantine.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { drain, guardInput, NOW, nothingRemembered } from './input.ts';

function done(
  generation: number,
  action: string,
  hoursAgo: number,
  key = `${action}-${generation}`,
): Treated {
  return { generation, action, key, at: NOW - hoursAgo * HOUR_MS };
}

const treatment = (generation: number, hoursAgo: number): Treated[] =>
  ['add-capacity', 'cordon', 'drain', 'release'].map((action) => done(generation, action, hoursAgo));

function judge(treated: Treated[], over: Partial<GuardInput> = {}) {
  const remembered = { ...nothingRemembered, treated: known(treated, 'ledger', NOW) };
  return quarantineGuard.judge(guardInput({ remembered, generation: 9, ...over }));
}

describe('quarantine', () => {
  test('a plan of four steps is one treatment', () => {
    expect(treatmentsOf([...treatment(1, 3), ...treatment(2, 2)])).toBe(2);
    expect(treatmentsOf([])).toBe(0);
  });

  test('after three treatments the fourth is a person’s, with the counts and the config line', () => {
    const three = [1, 2, 3].flatMap((generation) => treatment(generation, 4 - generation));
    expect(judge(three.slice(0, 8)).verdict).toBe('allow');
    expect(judge(three)).toMatchObject({
      verdict: 'refuse',
      reason: 'treated 3 of 3 within 24 h 00 m and it came back: a person’s now',
      rule: 'paramedic.yaml:26 global.quarantine',
    });
    expect(judge(three).isUnknown).toBeUndefined();
  });

  test('the third treatment is brought to its end, and not begun a second time', () => {
    const begun = [...treatment(1, 3), ...treatment(2, 2), done(3, 'add-capacity', 1), done(3, 'cordon', 1)];
    expect(judge(begun, { generation: 3 }).verdict).toBe('allow');
    const drained = [...begun, done(3, 'drain', 0.5, 'first')];
    expect(judge(drained, { generation: 3 }).verdict).toBe('refuse');
    expect(judge(drained, { generation: 3, carriesOn: true }).verdict).toBe('allow');
    const own = [...begun, done(3, 'drain', 0.5, stepKey(guardInput().step))];
    expect(judge(own, { generation: 3 }).verdict).toBe('allow');
  });

  test('two actions in turn are no way around it', () => {
    const turns = [done(1, 'drain', 3), done(2, 'drain', 2), done(3, 'drain', 1)];
    const step = { ...guardInput().step, action: 'replace' };
    expect(judge(turns, { step, action: { ...drain, name: 'replace' } }).verdict).toBe('refuse');
  });

  test('time ends it', () => {
    const three = [done(1, 'drain', 24), done(2, 'drain', 2), done(3, 'drain', 1)];
    expect(judge(three).verdict).toBe('allow');
    expect(judge([...three, done(4, 'drain', 0.5)]).verdict).toBe('refuse');
    const almost = { ...done(1, 'drain', 24), at: NOW - 24 * HOUR_MS + 1 };
    expect(judge([almost, ...three.slice(1)]).verdict).toBe('refuse');
  });

  test('a node AWS is taking is never held back; letting go and keeping neither', () => {
    const three = [done(1, 'drain', 3), done(2, 'drain', 2), done(3, 'drain', 1)];
    const facts = { ...guardInput().facts, taken: true };
    expect(judge(three, { facts }).verdict).toBe('allow');
    expect(judge(three, { action: { ...drain, concludes: true } }).verdict).toBe('allow');
    expect(judge(three, { action: { ...drain, keeps: true } }).verdict).toBe('allow');
  });

  test('V11: unread is not "never treated"', () => {
    const remembered = { ...nothingRemembered, treated: unknown('throttled', 'ledger', NOW) };
    expect(quarantineGuard.judge(guardInput({ remembered }))).toMatchObject({
      verdict: 'refuse',
      isUnknown: true,
    });
  });
});
