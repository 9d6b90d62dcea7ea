import { describe, expect, test } from 'vitest';
import { attemptPod } from '../../functions/node-interruption/drain/attempt.ts';
import { BudgetWindow } from '../../functions/node-interruption/drain/window.ts';
import { type FailureKind, PortError } from '../../shared/errors.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import { pod } from '../support/facts.ts';

interface Sent {
  call: 'evict' | 'delete';
  uid: string;
  graceSeconds: number;
}

/** A Kubernetes that answers every eviction and deletion the same way. */
function answering(kind?: FailureKind, retryAfterMs?: number): { kubernetes: Kubernetes; sent: Sent[] } {
  const sent: Sent[] = [];
  const answer = (call: Sent['call']) => async (of: { uid: string }, options: { graceSeconds: number }) => {
    sent.push({ call, uid: of.uid, graceSeconds: options.graceSeconds });
    const details = {
      operation: 'create pods/eviction',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    if (kind !== undefined) throw new PortError(kind, 'answer', details);
  };
  return {
    kubernetes: { evictPod: answer('evict'), deletePod: answer('delete') } as unknown as Kubernetes,
    sent,
  };
}

const times = { deadline: 120_000, marginMs: 15_000, now: 0 };
const held = pod('api-1', { budgets: ['web/api'], graceSeconds: 600 });

describe('one attempt to take a pod off its node', () => {
  test('evicts this very pod (by UID) with its grace clamped to the time left', async () => {
    const { kubernetes, sent } = answering();
    expect(await attemptPod(kubernetes, { pod: held, way: 'evict', ...times })).toEqual({
      result: 'leaving',
    });
    expect(sent).toEqual([{ call: 'evict', uid: held.uid, graceSeconds: 105 }]);
  });

  test('deletes only when asked to', async () => {
    const { kubernetes, sent } = answering();
    await attemptPod(kubernetes, { pod: held, way: 'delete', ...times });
    expect(sent.map(({ call }) => call)).toEqual(['delete']);
  });

  test.each<[FailureKind, number | undefined, object]>([
    ['not-found', undefined, { result: 'leaving' }],
    ['conflict', undefined, { result: 'leaving' }],
    ['blocked-by-budget', undefined, { result: 'retry', because: 'budget', afterMs: 5_000 }],
    ['budget-not-observed', 10_000, { result: 'retry', because: 'computing', afterMs: 10_000 }],
    ['budget-not-observed', 60_000, { result: 'retry', because: 'computing', afterMs: 10_000 }],
    ['several-budgets', undefined, { result: 'blocked', because: 'budgets' }],
    ['throttled', 3_000, { result: 'retry', because: 'rate', afterMs: 3_000 }],
    ['throttled', undefined, { result: 'retry', because: 'rate', afterMs: 1_000 }],
    ['transient', undefined, { result: 'retry', because: 'other', afterMs: 2_000 }],
    ['unreachable', undefined, { result: 'retry', because: 'other', afterMs: 2_000 }],
    ['unauthorised', undefined, { result: 'blocked', because: 'refused' }],
    ['invalid', undefined, { result: 'blocked', because: 'refused' }],
  ])('%s (Retry-After %s ms) means %j', async (kind, retryAfterMs, meaning) => {
    const { kubernetes } = answering(kind, retryAfterMs);
    expect(await attemptPod(kubernetes, { pod: held, way: 'evict', ...times })).toMatchObject(meaning);
  });

  test('a fault of our own is not an answer of the server', async () => {
    const broken = { evictPod: () => Promise.reject(new TypeError('bug')) } as unknown as Kubernetes;
    await expect(attemptPod(broken, { pod: held, way: 'evict', ...times })).rejects.toThrow('bug');
  });
});

describe('evictions in flight per budget', () => {
  test('grow by one after a fast success, up to a limit', () => {
    const window = new BudgetWindow();
    const start = window.size('web/api');
    for (let n = 0; n < 20; n++) window.succeeded('web/api', 50);
    expect(window.size('web/api')).toBe(10);
    expect(start).toBe(5);
  });

  test('shrink when the server is slow and halve when the budget refuses, never below one', () => {
    const window = new BudgetWindow();
    window.succeeded('web/api', 3_000);
    expect(window.size('web/api')).toBe(4);
    window.refused('web/api');
    expect(window.size('web/api')).toBe(2);
    for (let n = 0; n < 5; n++) window.refused('web/api');
    expect(window.size('web/api')).toBe(1);
  });

  test('one budget’s trouble leaves the others and pods without a budget alone', () => {
    const window = new BudgetWindow();
    window.refused('web/api');
    expect(window.size('web/db')).toBe(5);
    expect(window.size(undefined)).toBe(Number.POSITIVE_INFINITY);
  });
});
