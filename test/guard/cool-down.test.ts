import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { type Fact, known, unknown } from '../../shared/fact.ts';
import { coolDownGuard } from '../../shared/guard/cool-down.ts';
import type { GuardInput } from '../../shared/guard/guard.ts';
import { type Cooldown, isHeldBy } from '../../shared/incident/cooldowns.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { drain, guardInput, NOW, nothingRemembered } from './input.ts';

const key = stepKey(guardInput().step);
const until = NOW + 20 * MINUTE_MS;
const other: Cooldown = {
  incidentId: 'inc-2',
  generation: 1,
  key: 'another',
  startedAt: NOW - 10 * MINUTE_MS,
  until,
};

function judge(row: Fact<Cooldown | null>, over: Partial<GuardInput> = {}) {
  const remembered = { ...nothingRemembered, cooldowns: new Map([[key, row]]) };
  return coolDownGuard.judge(guardInput({ remembered, ...over }));
}

describe('cool-down', () => {
  test('the same action on the same target waits, and says until when and for whom', () => {
    const verdict = judge(known(other, 'ledger', NOW));
    expect(verdict).toMatchObject({ verdict: 'refuse', againAt: until });
    expect(verdict.reason).toBe('begun 10 m 00 s ago for inc-2; again in 20 m 00 s');
  });

  test('it ends to the millisecond', () => {
    const at = (now: number) => judge(known(other, 'ledger', NOW), { now }).verdict;
    expect([at(until - 1), at(until)]).toEqual(['refuse', 'allow']);
  });

  test('the step that began it goes on; the same step of a later generation waits', () => {
    const own = { ...other, incidentId: 'inc-1', key };
    expect(isHeldBy(own, { incidentId: 'inc-1', generation: 1, key })).toBe(true);
    expect(judge(known(own, 'ledger', NOW)).verdict).toBe('allow');
    expect(judge(known({ ...own, generation: 2 }, 'ledger', NOW)).verdict).toBe('refuse');
    expect(judge(known(other, 'ledger', NOW), { carriesOn: true }).verdict).toBe('allow');
  });

  test('V11: a row that cannot be read refuses, and so does one that nobody asked for', () => {
    expect(judge(unknown('throttled', 'ledger', NOW))).toMatchObject({ verdict: 'refuse', isUnknown: true });
    expect(coolDownGuard.judge(guardInput()).verdict).toBe('refuse');
  });

  test.each([
    ['gentle', {}, 'allow'],
    ['harsh', { gentle: false }, 'refuse'],
    ['harsh but only keeping', { gentle: false, keeps: true }, 'allow'],
    ['harsh but only letting go', { gentle: false, concludes: true }, 'allow'],
  ] as const)('on a node AWS is taking, unread, a %s step: %s %s', (_, shape, verdict) => {
    const facts = { ...guardInput().facts, taken: true };
    const row = unknown('throttled', 'ledger', NOW);
    expect(judge(row, { facts, action: { ...drain, ...shape } }).verdict).toBe(verdict);
  });

  test('an action without one is not asked about', () => {
    const action = { ...drain, cooldownMs: 0 };
    expect(coolDownGuard.judge(guardInput({ action })).verdict).toBe('allow');
  });
});
