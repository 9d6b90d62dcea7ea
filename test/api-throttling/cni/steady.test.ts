import { describe, expect, test } from 'vitest';
import { type Env, recommend } from '../../../functions/api-throttling/cni/index.ts';
import { cluster, group, settings, subnet } from './fixtures.ts';

const EARLIER = { WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' };

function advisedFor(podsPerNode: number, earlier?: Env, changed: Parameters<typeof cluster>[0] = {}) {
  const groups = [group({ podsChurnedPerMinute: 0, podsPerNode })];
  const advice = recommend(cluster({ groups, ...changed }), earlier);
  return advice.kind === 'change' ? advice.change.env : advice.kind;
}

describe('advice on a living cluster', () => {
  test('a pod more or less on the fullest node changes no proposal that was made before', () => {
    expect(advisedFor(9)).toEqual({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '11' });
    expect(advisedFor(9, EARLIER)).toEqual(EARLIER);
    expect(advisedFor(10, EARLIER)).toEqual(EARLIER);
  });

  test('where the nodes hold far more by now, and the old value would leave pods waiting, it is another one', () => {
    expect(advisedFor(18, EARLIER)).toEqual({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '20' });
  });

  test('what no subnet has room for any more is not proposed again', () => {
    const subnets = [subnet({ free: 0, held: 0 })];
    expect(advisedFor(9, EARLIER, { subnets })).not.toEqual(EARLIER);
  });

  test('what is in effect is not proposed, and words are no values', () => {
    const present = settings({ warmIpTarget: 2, minimumIpTarget: 12 });
    expect(advisedFor(10, EARLIER, { settings: present })).toBe('keep');
    expect(advisedFor(9, { MINIMUM_IP_TARGET: 'many' })).toEqual(advisedFor(9));
    expect(advisedFor(9, { SOMETHING: '1' })).toEqual(advisedFor(9));
  });
});
