import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { clampGrace, interruptionOf, interruptionTimes } from '../../functions/node-interruption/notice.ts';
import { incident, WARNED_AT, warning } from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';

describe('the times of a notice', () => {
  test.each(['terminate', 'stop'] as const)('%s gives two minutes, eviction ends 15 s earlier', (action) => {
    const notice = interruptionTimes({ kind: 'spot', action, at: WARNED_AT }, defaultPolicy);
    expect(notice.deadline - WARNED_AT).toBe(120_000);
    expect(notice.evictUntil - WARNED_AT).toBe(105_000);
    expect(notice.rungAt - WARNED_AT).toBe(90_000);
  });

  test('hibernation starts with the warning: the deadline is now, and only a short window is tried', () => {
    const notice = interruptionTimes({ kind: 'spot', action: 'hibernate', at: WARNED_AT }, defaultPolicy);
    expect(notice.deadline).toBe(WARNED_AT);
    expect(notice.evictUntil - WARNED_AT).toBe(30_000);
  });

  test('the newest warning of an incident rules', () => {
    const later = warning({ occurredAt: WARNED_AT + 500_000, data: { action: 'stop' }, eventId: 'e-2' });
    const both = incident({ signals: [later, warning()] });
    expect(interruptionOf(both, defaultPolicy)).toMatchObject({
      action: 'stop',
      occurredAt: WARNED_AT + 500_000,
    });
  });

  test('an incident without a warning has no notice', () => {
    expect(
      interruptionOf(incident({ signals: [warning({ kind: 'rebalance' })] }), defaultPolicy),
    ).toBeUndefined();
  });
});

describe('clamping a pod’s grace', () => {
  test('a short grace is kept, a long one ends before the deadline less the margin', () => {
    expect(clampGrace(30, 120_000, 15_000, 0)).toBe(30);
    expect(clampGrace(600, 120_000, 15_000, 0)).toBe(105);
    expect(clampGrace(600, 120_000, 15_000, 80_000)).toBe(25);
  });

  property.prop([fc.nat(5_000), fc.nat(200_000)])(
    'is never 0 and never past the deadline while a second is left',
    (grace, now) => {
      const seconds = clampGrace(grace, 120_000, 15_000, now);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(now + seconds * 1000).toBeLessThanOrEqual(Math.max(105_000, now + 1000));
    },
  );
});
