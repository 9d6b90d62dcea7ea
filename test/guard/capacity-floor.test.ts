import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../shared/fact.ts';
import { capacityFloorGuard, neededOf } from '../../shared/guard/capacity-floor.ts';
import type { GroupCapacity } from '../../shared/pipeline/trouble.ts';
import { drain, guardInput, NOW, nothingRemembered } from './input.ts';

describe('capacity floor', () => {
  function inGroup(capacity: GroupCapacity | null | undefined) {
    const { capacity: _, ...facts } = guardInput().facts;
    return capacityFloorGuard.judge(
      guardInput({ facts: { ...facts, ...(capacity !== undefined && { capacity }) } }),
    );
  }

  test.each([
    [10, 8, 'allow'],
    [10, 7, 'refuse'],
    [5, 4, 'allow'],
    [5, 3, 'refuse'],
    [3, 2, 'allow'],
    [3, 1, 'refuse'],
    [2, 1, 'allow'],
    [1, 0, 'allow'],
  ] as const)('of %i nodes %i would be left: %s', (desired, others, verdict) => {
    const said = inGroup({ group: 'spot', desired, others });
    expect(said).toMatchObject({ verdict, rule: 'paramedic.yaml:30 global.capacityFloor' });
    expect(said.reason).toContain(`${others} of ${desired} nodes of spot would be in service`);
  });

  test('shares without an exact binary form are counted as people count', () => {
    expect([5, 15, 70].map((desired) => neededOf(desired, 0.8))).toEqual([4, 12, 56]);
  });

  test('V11: an unknown capacity refuses, no group has none, a desired of 0 is no answer', () => {
    expect(inGroup(undefined)).toMatchObject({ verdict: 'refuse', isUnknown: true });
    expect(inGroup({ group: 'spot', desired: 0, others: 0 })).toMatchObject({ verdict: 'refuse' });
    expect(inGroup(null).verdict).toBe('allow');
  });

  test('a node AWS is taking, and a step that takes none, are not asked', () => {
    const { facts } = guardInput();
    const low = { ...facts, capacity: { group: 'spot', desired: 10, others: 0 } };
    expect(capacityFloorGuard.judge(guardInput({ facts: { ...low, taken: true } })).verdict).toBe('allow');
    const { disrupts: _, ...harmless } = drain;
    expect(capacityFloorGuard.judge(guardInput({ facts: low, action: harmless })).verdict).toBe('allow');
  });

  test('a floor of all of them leaves none to be taken, however small the group', () => {
    expect([1, 3, 10].map((desired) => neededOf(desired, 1))).toEqual([1, 3, 10]);
    expect([1, 3, 10].map((desired) => neededOf(desired, 0.99))).toEqual([0, 2, 9]);
  });

  describe('members that AWS announced to take', () => {
    const { facts } = guardInput();
    const capacity = { group: 'spot', desired: 10, others: 9 };
    const fleet = Array.from({ length: 10 }, (_, index) => ({
      id: `i-${index}`,
      zone: 'eu-west-1a',
      inGroup: index < 8,
    }));
    const leaving = (...ids: string[]) =>
      known(
        ids.map((subject) => ({ subject, at: NOW - 1 })),
        'ledger',
        NOW,
      );
    const judge = (wentBad: ReturnType<typeof leaving>, down: string[] = []) => {
      const scope = { nodes: 10, down };
      const disruption = {
        node: 'i-0',
        group: 'spot',
        zone: 'eu-west-1a',
        until: NOW,
        cluster: scope,
        inGroup: scope,
        zoneNodes: [],
      };
      const remembered = { ...nothingRemembered, wentBad };
      const of = { ...facts, capacity, fleet, disruption };
      return capacityFloorGuard.judge(guardInput({ remembered, facts: of }));
    };

    test('are not in service any more, though they read so', () => {
      expect(judge(leaving('i-1')).verdict).toBe('allow');
      expect(judge(leaving('i-1', 'i-2'))).toMatchObject({
        verdict: 'refuse',
        isUnknown: true,
        reason: '7 of 10 nodes of spot would be in service, 8 must be',
      });
    });

    test('count once, and only where they are members and not the subject itself', () => {
      expect(judge(leaving('i-1', 'i-2'), ['i-2']).verdict).toBe('allow');
      expect(judge(leaving('i-1', 'i-0')).verdict).toBe('allow');
      expect(judge(leaving('i-1', 'i-8', 'i-9', 'gone')).verdict).toBe('allow');
    });

    test('V11: unread, they are not none', () => {
      expect(judge(unknown('throttled', 'ledger', NOW) as never)).toMatchObject({
        verdict: 'refuse',
        isUnknown: true,
      });
    });
  });
});
