import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { evictionOrder } from '../../functions/node-interruption/drain/order.ts';
import { pod } from '../support/facts.ts';

function names(pods: readonly { name: string }[]): string[] {
  return pods.map(({ name }) => name);
}

function budget(name: string, disruptionsAllowed: number) {
  return { name, disruptionsAllowed, currentHealthy: 3, desiredHealthy: 2 };
}

describe('the order of eviction', () => {
  test('longest grace first, because it needs the most of the notice', () => {
    const pods = [
      pod('a', { graceSeconds: 5 }),
      pod('b', { graceSeconds: 90 }),
      pod('c', { graceSeconds: 30 }),
    ];
    expect(names(evictionOrder(pods, []))).toEqual(['b', 'c', 'a']);
  });

  test('with equal grace the budget that allows fewest goes first', () => {
    const pods = [pod('free'), pod('loose', { budgets: ['web/l'] }), pod('tight', { budgets: ['web/t'] })];
    expect(names(evictionOrder(pods, [budget('web/l', 9), budget('web/t', 1)]))).toEqual([
      'tight',
      'loose',
      'free',
    ]);
  });

  test('system-critical pods are last, whatever their grace', () => {
    const pods = [pod('dns', { systemCritical: true, graceSeconds: 600 }), pod('app', { graceSeconds: 1 })];
    expect(names(evictionOrder(pods, []))).toEqual(['app', 'dns']);
  });

  test('budgets take turns, so that one long queue does not stand before another', () => {
    const pods = [
      ...['a1', 'a2', 'a3'].map((name) => pod(name, { budgets: ['web/a'] })),
      ...['b1', 'b2'].map((name) => pod(name, { budgets: ['web/b'] })),
    ];
    expect(names(evictionOrder(pods, [budget('web/a', 1), budget('web/b', 1)]))).toEqual([
      'a1',
      'b1',
      'a2',
      'b2',
      'a3',
    ]);
  });

  property.prop([
    fc.array(fc.record({ grace: fc.nat(600), critical: fc.boolean(), budget: fc.nat(3) }), { maxLength: 60 }),
  ])('loses and doubles nobody', (specs) => {
    const pods = specs.map((spec, n) =>
      pod(`p${n}`, {
        graceSeconds: spec.grace,
        systemCritical: spec.critical,
        budgets: spec.budget === 0 ? [] : [`web/${spec.budget}`],
      }),
    );
    const ordered = evictionOrder(pods, []);
    expect(ordered).toHaveLength(pods.length);
    expect(new Set(ordered)).toEqual(new Set(pods));
  });
});
